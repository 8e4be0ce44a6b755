// Which window's gate a Pod template gets: by its annotation, or by the one window that the command line names for all. Pure.
import { injectAnnotation, kind } from "../crds/meta.ts";
import type { LockPaths } from "../protocol/paths.ts";
import type { PodTemplate } from "./pod-templates.ts";
import { type KnownWindow, locksText, whyUnholdable } from "./window-locks.ts";

export interface ChoiceOptions {
  /** For all templates, whatever they ask for. */
  readonly window: { readonly namespace: string | undefined; readonly name: string } | undefined;
  /** Of objects that name none. */
  readonly namespace: string | undefined;
  /** The locks, instead of looking for the window. */
  readonly locks: readonly LockPaths[] | undefined;
  readonly windows: readonly KnownWindow[];
}

export type GateChoice =
  | { readonly kind: "none" }
  | {
      readonly kind: "gate";
      /** "orders/nightly". */
      readonly window: string;
      /** As EXCLUSIVE_WINDOW_LOCKS has them. */
      readonly locks: string;
    }
  | { readonly kind: "problem"; readonly message: string };

type Template = Pick<PodTemplate, "where" | "namespace" | "asked">;

export function chooseGate(template: Template, options: ChoiceOptions): GateChoice {
  const { where, asked } = template;
  const problem = (message: string): GateChoice => ({ kind: "problem", message: `${where}: ${message}` });
  const name = options.window?.name ?? asked;
  if (name === undefined) return { kind: "none" };
  const annotation = `metadata.annotations[${injectAnnotation}] ${JSON.stringify(asked)}`;
  if (asked !== undefined && asked !== name) return problem(`${annotation}: --window names ${name}; leave one of the two out`);
  if (name === "" || name.includes(","))
    return problem(`${annotation}: it names exactly one window; for several, write the sidecar by hand, with all their locks`);
  return found(template, name, options);
}

function found({ where, namespace: own }: Template, name: string, options: ChoiceOptions): GateChoice {
  const problem = (message: string): GateChoice => ({ kind: "problem", message: `${where}: ${message}` });
  const given = options.window?.namespace;
  if (own !== undefined && given !== undefined && own !== given)
    return problem(`is in namespace ${own}, and --window ${given}/${name} in another; a Pod takes part in windows of its own namespace`);
  const namespace = own ?? given ?? options.namespace;
  const candidates = options.windows.filter(
    (window) => window.name === name && (namespace ?? window.namespace) === (window.namespace ?? namespace),
  );
  const [window, other] = candidates;
  if (other !== undefined && options.locks === undefined)
    return problem(`there are several windows ${name}; say the namespace with -n, and give each window once`);
  if (window === undefined && options.locks === undefined)
    return problem(
      `there is no ${kind} ${[namespace, name].filter(Boolean).join("/")} in the files; give its manifest with --window-file, or its locks with --locks`,
    );
  const unholdable = options.locks === undefined ? window?.locks?.map(whyUnholdable).find((why) => why !== undefined) : undefined;
  if (unholdable !== undefined) return problem(`the window ${name} ${unholdable}; name other locks with --locks, or leave the gate out`);
  const place = namespace ?? window?.namespace;
  if (place === undefined) return problem("names no namespace; say it with -n");
  return { kind: "gate", window: `${place}/${name}`, locks: locksText(options.locks ?? window?.locks, place, name) };
}
