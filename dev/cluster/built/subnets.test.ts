import { describe, expect, test } from "vitest";
import { addressIn, CANDIDATES, chooseSubnets, type Occupied, occupiedByFile, occupiedByRoutes, overlap } from "./subnets.ts";

const used = (...ranges: readonly string[]): readonly Occupied[] => ranges.map((range) => ({ range, source: "a test" }));

describe("the choice of ranges", () => {
  test("the first pair is taken on a machine whose networks lie elsewhere", () => {
    expect(chooseSubnets(used("192.0.2.0/24", "10.255.255.53", "127.0.0.0/8"))).toEqual({
      pods: "10.244.0.0/24",
      services: "10.96.0.0/24",
    });
  });

  test.each([
    ["a network that holds the Pods' range", "10.244.0.0/16"],
    ["a network that holds the Services' range", "10.96.0.0/12"],
    ["one address in the Pods' range", "10.244.0.77"],
    ["one address in the Services' range", "10.96.0.255"],
  ])("%s makes the next pair the choice", (_, range) => {
    expect(chooseSubnets(used(range))).toEqual(CANDIDATES[1]);
  });

  test("a machine that uses all of 10.0.0.0/8 gets a pair outside it", () => {
    expect(chooseSubnets(used("10.0.0.0/8")).pods).toBe("172.29.244.0/24");
  });

  test("where every pair collides, the message names each pair and what it collides with", () => {
    const occupied = used("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16");
    expect(() => chooseSubnets(occupied)).toThrow(
      /10\.244\.0\.0\/24.*10\.0\.0\.0\/8[\s\S]*192\.168\.244\.0\/24.*192\.168\.0\.0\/16 is in use \(a test\)/,
    );
  });
});

describe("ranges", () => {
  test.each([
    { a: "10.1.0.0/24", b: "10.1.0.255", overlaps: true },
    { a: "10.1.0.0/24", b: "10.1.1.0", overlaps: false },
    { a: "10.1.0.77/24", b: "10.1.0.1/32", overlaps: true },
    { a: "192.168.0.0/16", b: "192.169.0.0/16", overlaps: false },
    { a: "0.0.0.0/0", b: "203.0.113.9", overlaps: true },
    { a: "10.1.0.0/24", b: "fd00::1", overlaps: false },
  ])("$a and $b: $overlaps", ({ a, b, overlaps }) => {
    expect(overlap(a, b)).toBe(overlaps);
    expect(overlap(b, a)).toBe(overlaps);
  });

  test("the nth address crosses bytes", () => {
    expect(addressIn("10.244.0.0/24", 1)).toBe("10.244.0.1");
    expect(addressIn("10.244.0.0/16", 257)).toBe("10.244.1.1");
  });
});

describe("what a machine uses", () => {
  test("every route but the default one counts", () => {
    const json =
      '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0"},{"dst":"192.0.2.0/24","dev":"eth0"},{"type":"local","dst":"127.0.0.1","dev":"lo"}]';
    expect(occupiedByRoutes(json).map(({ range }) => range)).toEqual(["192.0.2.0/24", "127.0.0.1"]);
  });

  test("addresses of a hosts file count, its names and comments do not", () => {
    const text = "127.0.0.1 localhost\n# 10.244.0.5 an old one\n10.96.0.9\tregistry registry.example\n::1 ip6\n";
    expect(occupiedByFile(text, "/etc/hosts").map(({ range }) => range)).toEqual(["127.0.0.1", "10.96.0.9"]);
  });
});
