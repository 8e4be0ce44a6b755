import { expect, test } from "vitest";
import { DialOrder } from "./dial-order.ts";

const hosts = ["a", "b"].map((host) => ({ host, port: 2181 }));
const waits = (order: DialOrder, count: number, timeoutMs = 60_000) => Array.from({ length: count }, () => order.next(timeoutMs)?.waitMs);

test("while a session is being opened each server is asked once, without waiting, and the error says what each did", () => {
  const order = new DialOrder(hosts, () => 0.5);
  for (const host of ["a", "b"]) {
    expect(order.next(6_000)).toMatchObject({ server: { host }, waitMs: 0 });
    order.failed(host, `no from ${host}`);
  }
  expect(order.next(6_000)).toBeUndefined();
  expect(order.unreachable()).toMatchObject({ code: "ConnectionLoss", message: expect.stringContaining("a: no from a; b: no from b") });
});

test("once it is open there is always a next server, after a wait that doubles by the round, is bounded, and starts anew", () => {
  const order = new DialOrder(hosts, () => 1);
  order.next(6_000);
  order.accepted();
  expect(waits(order, 6)).toEqual([100, 100, 200, 200, 400, 400]);
  expect(waits(order, 100).at(-1)).toBe(2_000);
  order.accepted();
  expect(waits(order, 1)).toEqual([100]);
  expect(waits(order, 100, 3_000).at(-1)).toBe(500);
});

test("the wait is spread, and never nothing", () => {
  const order = new DialOrder(hosts, () => 0);
  order.accepted();
  expect(waits(order, 2)).toEqual([50, 50]);
});
