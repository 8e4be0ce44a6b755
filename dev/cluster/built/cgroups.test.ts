import { expect, test } from "vitest";
import { parseMounts } from "./cgroups.ts";

test("mount points and types are read, with blanks in paths and with or without optional fields", () => {
  const text = [
    "31 23 0:27 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory",
    "40 23 0:30 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw",
    "50 23 8:1 /a /mnt/with\\040blank rw master:1 propagate_from:2 - ext4 /dev/vda rw",
    "",
  ].join("\n");
  expect(parseMounts(text)).toEqual([
    { point: "/sys/fs/cgroup/memory", type: "cgroup" },
    { point: "/sys/fs/cgroup", type: "cgroup2" },
    { point: "/mnt/with blank", type: "ext4" },
  ]);
});
