// The Job of the demo: stands for a compaction that must not meet an event. It works for JOB_SECONDS (default 12) and logs when its
// process started and when it was done, on the machine's monotonic clock: the very clock the processors record their events on.
// These two lines are what demo/verdict.ts judges by.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const startedNs = process.hrtime.bigint() - BigInt(Math.round(performance.now() * 1e6));
const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
const token = process.env.EXCLUSIVE_WINDOW_FENCING_TOKEN ?? "none";
const seconds = Number(process.env.JOB_SECONDS ?? "12");

function end(outcome: string): void {
  console.log(`job: end monotonic=${process.hrtime.bigint()} bootId=${bootId} outcome=${outcome}`);
}

process.on("SIGTERM", () => {
  end("stopped");
  process.exit(143);
});

const run = process.env.EXCLUSIVE_WINDOW_RUN_ID ?? "none";
console.log(`job: start monotonic=${startedNs} bootId=${bootId} token=${token} run=${run}`);
for (let second = 1; second <= seconds; second++) {
  await sleep(1000);
  console.log(`job: compacting, ${second} of ${seconds} s`);
}
end("done");
