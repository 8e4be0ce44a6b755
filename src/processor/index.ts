// The library for event processors: what `import { ProcessorGate } from "exclusive-window"` gives.
export { GateClosedError, type GateState } from "./entry.ts";
export { type Connect, ProcessorGate } from "./gate.ts";
export type { GateOptions } from "./options.ts";
