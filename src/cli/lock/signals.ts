// The signals that `lock exec` is sent, and what they are until the command runs and once it does.
//
// Promised: from the first call on none of them ends this process by itself. Not promised: anything of SIGKILL and SIGSTOP.
const passed = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
/** What a terminal sends when somebody types: to its whole foreground group. */
const typed: ReadonlySet<string> = new Set(["SIGINT", "SIGQUIT"]);
/** Meant for the command alone: before it runs they mean nothing. */
const commands: ReadonlySet<string> = new Set(["SIGUSR1", "SIGUSR2"]);

export interface Signals {
  /** Aborts at the first one that ends a wait; its reason is the signal's name. */
  readonly stop: AbortSignal;
  /** From now on they are that command's. */
  passTo(command: (name: NodeJS.Signals) => void): void;
  /** They are the process's own again. */
  release(): void;
}

/** `onTerminal`: the command stands in the foreground group too, and hears for itself what is typed. */
export function hearSignals(onTerminal: boolean): Signals {
  const stop = new AbortController();
  let command: ((name: NodeJS.Signals) => void) | undefined;
  const heard = (name: NodeJS.Signals) => {
    if (command !== undefined) return onTerminal && typed.has(name) ? undefined : command(name);
    if (!commands.has(name)) stop.abort(name);
  };
  for (const name of passed) process.on(name, heard);
  // Away from the terminal's group the command would go on when this process is stopped, and its locks would expire.
  const ignored = () => undefined;
  if (!onTerminal) process.on("SIGTSTP", ignored);
  return {
    stop: stop.signal,
    passTo: (to) => {
      command = to;
    },
    release: () => {
      for (const name of passed) process.removeListener(name, heard);
      process.removeListener("SIGTSTP", ignored);
    },
  };
}
