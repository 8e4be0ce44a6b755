import { describe, expect, test } from "vitest";
import { createWatchStore, type WatchedObject } from "./watch-store.ts";

const object = (uid: string, resourceVersion: string): WatchedObject => ({ metadata: { uid, resourceVersion } });
const listing = (resourceVersion: string, ...items: readonly WatchedObject[]) => ({ items, resourceVersion });

function aStore(fails: (uid: string) => boolean = () => false) {
  const told: string[] = [];
  const thrown: unknown[] = [];
  const store = createWatchStore<{ uid: string; at: string }>({
    project: ({ metadata }) => ({ uid: metadata?.uid ?? "", at: metadata?.resourceVersion ?? "" }),
    onChange({ kind, object: { uid, at } }) {
      if (fails(uid)) throw new Error(uid);
      told.push(`${kind} ${uid}@${at}`);
    },
    onThrow: (error) => thrown.push(error),
  });
  return { store, told, thrown };
}

describe("a list", () => {
  test("tells what is new, what changed and what is gone, and nothing else", () => {
    const { store, told } = aStore();
    store.replace(listing("3", object("a", "1"), object("b", "2"), object("c", "3")), undefined);
    told.length = 0;
    store.replace(listing("9", object("a", "1"), object("b", "7"), object("d", "8")), "3");
    expect(told).toEqual(["gone c@3", "present b@7", "present d@8"]);
    expect(store.objects()).toHaveLength(3);
  });

  const cases = [
    { name: "a change after the last version heard is none that was missed", items: [object("a", "9")], heard: "8", missed: 0 },
    { name: "a change up to the last version heard was missed", items: [object("a", "8")], heard: "8", missed: 1 },
    { name: "versions are numbers, not texts", items: [object("a", "10")], heard: "9", missed: 0 },
    { name: "nothing is missed before anything was heard", items: [object("a", "9")], heard: undefined, missed: 0 },
    { name: "what was told already was not missed", items: [object("known", "1")], heard: "8", missed: 0 },
  ];
  test.each(cases)("$name", ({ items, heard, missed }) => {
    const { store } = aStore();
    store.put(object("known", "1"));
    expect(store.replace(listing("20", ...items), heard)).toBe(missed);
  });
});

describe("a handler that throws", () => {
  test("is reported, and hears of the same state again at the next list, which counts as no miss", () => {
    let angry = true;
    const { store, told, thrown } = aStore((uid) => angry && uid === "a");
    store.put(object("a", "1"));
    store.put(object("b", "2"));
    expect([told, thrown.length]).toEqual([["present b@2"], 1]);
    angry = false;
    expect(store.replace(listing("5", object("a", "1"), object("b", "2")), "4")).toBe(0);
    expect(told).toEqual(["present b@2", "present a@1"]);
  });

  test("at a departure hears of it again at the next list", () => {
    let angry = false;
    const { store, told } = aStore(() => angry);
    store.put(object("a", "1"));
    angry = true;
    store.remove(object("a", "2"));
    expect(store.objects()).toHaveLength(1);
    angry = false;
    store.replace(listing("5"), "4");
    expect(told).toEqual(["present a@1", "gone a@1"]);
  });
});

test("an object that was never told of is not told to be gone", () => {
  const { store, told } = aStore();
  store.remove(object("a", "1"));
  expect(told).toEqual([]);
});
