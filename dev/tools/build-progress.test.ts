import { expect, test } from "vitest";
import { buildText, nothingSeen, seeBuildLine } from "./build-progress.ts";

test("packages and downloads in the go command's output are counted, its other lines are not", () => {
  const lines = [
    "go: downloading k8s.io/api v0.37.2",
    "go: downloading github.com/x/y v1.0.0-20250102033503-faa5f7b0171c",
    "internal/goarch",
    "k8s.io/kubernetes/cmd/kubelet",
    "gopkg.in/natefinch/lumberjack.v2",
    "exclusive-window.dev/tools/coredns",
    "# k8s.io/kubernetes/cmd/kubelet",
    "vendor/x.go:12:3: undefined: y",
    "go: finding module for package a/b",
    "",
  ];
  expect(lines.reduce(seeBuildLine, nothingSeen)).toEqual({ downloaded: 2, compiled: 4 });
});

test("the phrase says how far it is, at each stage", () => {
  expect(buildText(nothingSeen, 0, 0, 8)).toBe("reading the modules");
  expect(buildText({ downloaded: 12, compiled: 0 }, 0, 0, 8)).toBe("12 modules downloaded");
  expect(buildText({ downloaded: 12, compiled: 34 }, 2980, 1, 8)).toBe("34 of at most 2980 packages compiled, 1 of 8 programs ready");
});
