// The statements of docs/how-to/fencing.md, as they stand there, on PostgreSQL (compiled to WebAssembly): late writes are refused.
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { blocksOf, readDocument } from "../support/documents.ts";

const document = "docs/how-to/fencing.md";
const statements = blocksOf(document, readDocument(document)).filter(({ language }) => language === "sql");
const [createTotals, update, upsert, createFences, raise] = statements.map(({ text }) => text.replace(/;$/, ""));

const db = new PGlite();

beforeEach(async () => {
  await db.exec(`DROP TABLE IF EXISTS totals, fences; ${createTotals}; ${createFences}`);
});

afterAll(async () => db.close());

async function changed(statement: string | undefined, ...values: readonly unknown[]): Promise<number> {
  const { affectedRows = 0 } = await db.query(statement ?? "", [...values]);
  return affectedRows;
}

const day = "2026-11-23";
/** Beyond what a JavaScript number can tell apart, and longer as text than what is lower. */
const [old, recent, newest] = ["9007199254740992", "9007199254740993", "10000000000000000"] as const;

describe("the statements of the document", () => {
  test("are the five that this test knows", () => {
    expect(statements).toHaveLength(5);
  });

  test("refuse a write with a lower token, and change nothing", async () => {
    expect(await changed(upsert, day, 1, recent)).toBe(1);
    expect(await changed(update, day, 2, old)).toBe(0);
    expect(await changed(upsert, day, 3, old)).toBe(0);
    const { rows } = await db.query("SELECT amount::text, fence::text FROM totals");
    expect(rows).toEqual([{ amount: "1", fence: recent }]);
  });

  test("let a run write a row again, and the next run after it", async () => {
    await changed(upsert, day, 1, recent);
    expect(await changed(update, day, 2, recent)).toBe(1);
    expect(await changed(update, day, 3, newest)).toBe(1);
    expect(await changed(update, day, 4, recent)).toBe(0);
  });

  test("guard a whole transaction by one row", async () => {
    const guarded = async (token: string, amount: number) =>
      db.transaction(async (transaction) => {
        const { rows } = await transaction.query(raise ?? "", ["totals", token]);
        if (rows.length === 0) return "refused";
        await transaction.query(update ?? "", [day, amount, token]);
        return "written";
      });
    await changed(upsert, day, 0, old);
    expect(await guarded(newest, 1)).toBe("written");
    expect(await guarded(recent, 2)).toBe("refused");
    expect(await guarded(newest, 3)).toBe("written");
    const { rows } = await db.query("SELECT amount::text FROM totals");
    expect(rows).toEqual([{ amount: "3" }]);
  });
});
