import { describe, expect, test } from "vitest";
import { isKubeError, KubeError, orUndefined, refusal } from "./errors.ts";

describe("a refusal", () => {
  const cases = [
    { status: 400, code: "Invalid" },
    { status: 401, code: "Unauthorized" },
    { status: 403, code: "Forbidden" },
    { status: 404, code: "NotFound" },
    { status: 408, code: "Unavailable" },
    { status: 409, reason: "Conflict", code: "Conflict" },
    { status: 409, reason: "AlreadyExists", code: "AlreadyExists" },
    { status: 410, code: "Gone" },
    { status: 415, code: "Invalid" },
    { status: 422, code: "Invalid" },
    { status: 429, code: "TooManyRequests" },
    { status: 500, code: "Unavailable" },
    { status: 503, code: "Unavailable" },
  ];
  test.each(cases)("of $status $reason is $code", ({ status, reason, code }) => {
    expect(refusal("read it", status, JSON.stringify({ reason, message: "m" }))).toMatchObject({ code, message: "m", what: "read it" });
  });

  test("says what a proxy wrote when it is no Status", () => {
    expect(refusal("read it", 502, "<h1>Bad Gateway</h1>").message).toBe("the API server answered 502: <h1>Bad Gateway</h1>");
  });

  test("carries what the server names besides its message", () => {
    const details = { causes: [{ reason: "DisruptionBudget", message: "the budget x needs 1" }, {}] };
    expect(refusal("", 429, JSON.stringify({ message: "m", details }))).toMatchObject({ message: "m", causes: ["the budget x needs 1"] });
    expect(refusal("", 429, "").causes).toEqual([]);
  });

  test("carries how long the server asks to wait, from the header or the body", () => {
    expect(refusal("", 429, "", "7").retryAfterMs).toBe(7000);
    expect(refusal("", 429, JSON.stringify({ details: { retryAfterSeconds: 3 } })).retryAfterMs).toBe(3000);
    expect(refusal("", 429, "", "Wed, 21 Oct 2026 07:28:00 GMT").retryAfterMs).toBeUndefined();
  });
});

test("orUndefined turns what does not exist into undefined, and nothing else", async () => {
  expect(await orUndefined(Promise.reject(new KubeError("NotFound", "", "")))).toBeUndefined();
  expect(await orUndefined(Promise.resolve(1))).toBe(1);
  await expect(orUndefined(Promise.reject(new KubeError("Forbidden", "", "no")))).rejects.toThrow("no");
});

test("an error is of the codes that it was asked for", () => {
  const error = new KubeError("Gone", "", "");
  expect([isKubeError(error), isKubeError(error, "Gone", "NotFound"), isKubeError(error, "Conflict"), isKubeError(new Error())]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
