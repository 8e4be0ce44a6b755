// What must not outlive this program, however it ends: processes that were started for it.
const endings = new Set<() => void>();
let isListening = false;

/** Calls `end` when the program exits; the answer forgets it. */
export function atExit(end: () => void): () => void {
  if (!isListening) process.once("exit", endAll);
  isListening = true;
  endings.add(end);
  return () => endings.delete(end);
}

function endAll(): void {
  for (const end of endings) end();
}
