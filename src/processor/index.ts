// The library for event processors: what `import { ProcessorGate } from "exclusive-window"` gives.
export type { Environment } from "./environment.ts";
export { type Connect, type EnterOptions, ProcessorGate } from "./gate.ts";
export type { GateCounters, GateObserver } from "./meter.ts";
export type { GateOptions } from "./options.ts";
export type { GateState } from "./states.ts";
export { type ClosingReason, GateClosedError, GateClosingError, type GateLease, type GateWork } from "./work.ts";
