// Loaded before the controller's program in the control run: its ZooKeeper sessions come through naive/door.ts.
import { registerHooks } from "node:module";

const door = import.meta.resolve("./door.ts");

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isDoor = specifier === "./client.ts" && context.parentURL?.endsWith("/src/zookeeper/session-holder.ts") === true;
    return nextResolve(isDoor ? door : specifier, context);
  },
});
