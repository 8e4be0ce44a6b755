// Links that break: cut, reset, half-open for a while, slow for a while.
import type { LinkFault } from "../kinds.ts";
import type { Link } from "../link.ts";
import { controllerOf, type Strike, type Struck } from "./fault.ts";

const SLOWEST_MS = 1500;
const FASTEST_MS = 50;

export const processorLink =
  (fault: LinkFault): Strike =>
  async ({ stage }, { target, choice }) =>
    broken(stage.links.get(target), fault, { choice, what: "" });

export const controllerLink =
  (to: "zookeeper" | "api", fault: LinkFault): Strike =>
  async ({ stage }, { target, choice }) => {
    const controller = controllerOf(stage, target);
    return broken(controller?.[to], fault, { choice, what: controller?.name ?? "" });
  };

function broken(link: Link | undefined, fault: LinkFault, { choice, what }: { choice: number; what: string }): Struck | undefined {
  switch (fault) {
    case "cut":
      link?.cut();
      return link && { what };
    case "reset":
      link?.reset();
      return link && { what };
    case "half-open":
      link?.hold();
      return link && { what, heal: () => link.mend() };
    case "delayed": {
      const ms = Math.round(FASTEST_MS + choice * (SLOWEST_MS - FASTEST_MS));
      link?.delay(ms);
      return link && { what: `${what} by ${ms} ms`.trimStart(), heal: () => link.mend() };
    }
    default:
      return fault satisfies never;
  }
}
