import { expect, test } from "vitest";
import { ageText } from "./age.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

test.each([
  [-5 * second, "0s"],
  [999, "0s"],
  [119 * second, "119s"],
  [2 * minute, "2m"],
  [5 * minute + 12 * second, "5m12s"],
  [14 * minute, "14m"],
  [3 * hour + 20 * minute, "3h20m"],
  [11 * hour + minute, "11h"],
  [52 * hour, "2d4h"],
  [12 * 24 * hour + hour, "12d"],
])("%d ms are %s", (ms, text) => expect(ageText(ms)).toBe(text));
