import { describe, expect, test } from "vitest";
import { parseJobLog } from "./job-log.ts";

const start = "job: start monotonic=123456789012345678 bootId=b-1 token=42 run=r";
const end = "job: end monotonic=123456790012345678 bootId=b-1 outcome=done";

describe("parseJobLog", () => {
  test("reads both ends to the nanosecond, among other lines", () => {
    const log = ["hello", start, "job: compacting, 1 of 1 s", end, ""].join("\n");
    expect(parseJobLog(log)).toEqual({ starts: 1, startNs: 123456789012345678n, endNs: 123456790012345678n, bootId: "b-1", token: "42" });
  });

  test("gives no end to a log that has none, or one of another boot", () => {
    expect(parseJobLog(start).endNs).toBeUndefined();
    expect(parseJobLog(`${start}\n${end.replace("b-1", "b-2")}`).endNs).toBeUndefined();
  });

  test("spans a retried Job from its first start to its last end, and says that it started twice", () => {
    const later = [start.replace("3456789012345678", "9000000000000000"), end.replace("3456790012345678", "9900000000000000")];
    expect(parseJobLog([start, end, ...later].join("\n"))).toMatchObject({
      starts: 2,
      startNs: 123456789012345678n,
      endNs: 129900000000000000n,
    });
  });

  test("takes no token for a token that is no number", () => {
    expect(parseJobLog(start.replace("42", "none")).token).toBeUndefined();
    expect(parseJobLog("")).toEqual({ starts: 0, startNs: undefined, endNs: undefined, bootId: undefined, token: undefined });
  });
});
