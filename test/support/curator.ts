// Unmodified Curator in a JVM of its own, beside the tests of a file and on the server that they share.
import { afterAll, beforeAll } from "vitest";
import { type Curator, startCurator } from "../../dev/curator/curator.ts";
import { server } from "./server-gate.ts";

/** To be called after withServer(): that server has to run first. */
export function withCurator(): () => Curator {
  let curator: Curator | undefined;
  beforeAll(async () => {
    curator = await startCurator({ connectString: server().connectString, progress: (line) => console.info(line) });
  });
  afterAll(() => curator?.kill());
  return () => {
    if (curator === undefined) throw new Error("Curator is not started");
    return curator;
  };
}
