// `exclusive-window inject` as tests run it: on files that they hand in, by the program itself.
import { runProgram } from "../../src/cli/program.ts";

export interface Injected {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function inject(args: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<Injected> {
  const printed = { out: "", err: "" };
  const code = await runProgram(["inject", ...args], {
    clock: { now: () => 0 },
    program: "exclusive-window",
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    read: async (file) => files[file] ?? Promise.reject(new Error(`ENOENT: no such file or directory, open '${file}'`)),
  });
  return { code, ...printed };
}

export const nightlyWindow =
  "apiVersion: exclusivewindow.dev/v1alpha1\nkind: ExclusiveWindow\nmetadata: {name: nightly, namespace: orders}\nspec: {}\n";

/** Asks for the gate of that window. */
export const webDeployment = `# The web tier.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # as its Service
  namespace: orders
spec:
  template:
    metadata:
      annotations:
        exclusivewindow.dev/inject: nightly
    spec:
      # One container.
      containers:
      - name: app
        args: ["a", 'b']
`;
