// What the stories' Jobs do: Node scripts that tell, on the machine's one monotonic clock, from when to when they ran.

type Fields = Readonly<Record<string, unknown>>;

export const jobImage = "exclusive-window-event-processor:0.1.0";

/** How long a Job goes on working after it was asked to end: whoever lets processors in too early is caught by that. */
const LINGERS_MS = 1500;

const tells = `
const now = () => process.hrtime.bigint();
const startedNs = now() - BigInt(Math.round(performance.now() * 1e6));
console.log("start " + startedNs + " token " + process.env.EXCLUSIVE_WINDOW_FENCING_TOKEN);
setInterval(() => console.log("beat " + now()), 50);
function end(code) { console.log("end " + now()); process.exit(code); }
process.on("SIGTERM", () => setTimeout(end, ${LINGERS_MS}, 143));
`;

export const scripts = {
  /** Works for that many milliseconds. */
  works: (ms: number) => `${tells}setTimeout(end, ${ms}, 0);`,
  fails: (ms: number) => `${tells}setTimeout(end, ${ms}, 7);`,
  /** Until it is told to succeed or to fail (PodLogs.tell). */
  untilTold: () => `${tells}process.on("SIGUSR2", () => end(0)); process.on("SIGHUP", () => end(7));`,
};

export const signalFor = { succeed: "SIGUSR2", fail: "SIGHUP" } as const;

export function jobTemplate(script: string, job: Fields = {}, pod: Fields = {}): Fields {
  return { spec: { backoffLimit: 0, ...job, template: { spec: { ...podSpec(script), ...pod } } } };
}

export function podSpec(script: string): Fields {
  const container = { name: "main", image: jobImage, imagePullPolicy: "IfNotPresent", command: ["node", "-e", script] };
  return { restartPolicy: "Never", terminationGracePeriodSeconds: 10, containers: [container] };
}
