import { expect, test } from "vitest";
import { refusal } from "./errors.ts";

/** Every number of ZooKeeper 3.9's KeeperException.Code. */
const known = [
  -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -13, -14, -100, -101, -102, -103, -108, -110, -111, -112, -113, -114, -115, -118, -119, -120,
  -121, -122, -123, -124, -125, -127,
];

test("every number of a server, known or not, becomes an error that names it, and none is thrown", () => {
  for (let number = -200; number <= 20; number += 1) {
    const error = refusal(number, "create /a", "/a");
    expect(error.message).toContain(`ZooKeeper refused create /a`);
    expect(error.message).toContain(`(${number})`);
  }
});

test.each(known)("%i ends the session only if it says that the session is over or the login refused", (number) => {
  const over: Readonly<Record<number, string>> = { [-112]: "SessionLost", [-115]: "AuthFailed", [-124]: "AuthFailed" };
  const { code } = refusal(number, "get /a");
  expect(["SessionLost", "AuthFailed"].includes(code) ? code : undefined).toBe(over[number]);
});
