// The gate's numbers for Prometheus. What is counted for each event is read when Prometheus asks; nothing is called for an event.
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { GateObserver, ProcessorGate } from "../../src/processor/index.ts";

/** To be handed to the gate as its `observer`. */
export function observerFor(register: Registry): GateObserver {
  const registers = [register];
  const open = new Gauge({ name: "gate_open", help: "1 while events may start.", registers });
  const buckets = [0.1, 1, 10, 60, 600, 3600];
  const pauses = new Histogram({ name: "gate_pause_seconds", help: "How long the gate was not open.", buckets, registers });
  const drains = new Histogram({ name: "gate_drain_seconds", help: "How long events in flight took to end.", buckets, registers });
  const overdue = new Counter({ name: "gate_drains_overdue_total", help: "Drains that took longer than drainTimeoutMs.", registers });
  return {
    state: (state) => open.set(state === "open" ? 1 : 0),
    paused: (seconds) => pauses.observe(seconds),
    drained: (seconds) => drains.observe(seconds),
    drainOverdue: () => overdue.inc(),
  };
}

export function countEvents(register: Registry, gate: ProcessorGate): void {
  const counter = (name: string, help: string, count: () => number) =>
    new Counter({
      name,
      help,
      registers: [register],
      collect() {
        this.reset();
        this.inc(count());
      },
    });
  counter("gate_entered_total", "Events that were let in.", () => gate.counters.entered);
  counter("gate_refused_total", "Events that tryEnter() refused.", () => gate.counters.refused);
  counter("gate_waited_total", "Events that had to wait.", () => gate.counters.waited);
}
