import { expect, test } from "vitest";
import { createBackoff } from "./backoff.ts";

test("the ceiling doubles from 1.6 s to 30 s", () => {
  const backoff = createBackoff(() => 1);
  expect(Array.from({ length: 8 }, () => Math.round(backoff.next()))).toEqual([1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000]);
});

test("the wait is never below 0.8 s", () => {
  const backoff = createBackoff(() => 0);
  expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([800, 800, 800]);
});

test("a reset begins anew", () => {
  const backoff = createBackoff(() => 1);
  for (let n = 0; n < 5; n++) backoff.next();
  backoff.reset();
  expect(Math.round(backoff.next())).toBe(1600);
});
