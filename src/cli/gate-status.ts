// A gate's answer for people.
import { z } from "zod";
import { table } from "./table.ts";

const answerSchema = z.object({
  state: z.string(),
  reason: z.string().optional(),
  since: z.string(),
  locks: z.array(z.object({ path: z.string(), state: z.string() })),
  fencingTokens: z.record(z.string(), z.string()),
  leases: z.number(),
});

/** Throws where the answer is not a gate's. */
export function gateStatus(body: unknown): string {
  const { state, reason, since, locks, fencingTokens, leases } = answerSchema.parse(body);
  const rows = locks.map(({ path, state: of }) => [path, of, fencingTokens[path] ?? "<none>"]);
  const why = reason === undefined ? "" : ` (${reason})`;
  return `${state}${why}, since ${since}; leases: ${leases}\n${table(["LOCK", "STATE", "FENCING TOKEN"], rows)}`;
}
