// Removes a node by hand, as an administrator does.
import { type Session, ZooKeeperError } from "../../src/zookeeper/session.ts";

/** False where it was not there, or is not empty. */
export async function removeNode(session: Session, path: string): Promise<boolean> {
  try {
    await session.remove(path, -1);
    return true;
  } catch (error) {
    if (error instanceof ZooKeeperError && (error.code === "NoNode" || error.code === "NotEmpty")) return false;
    throw error;
  }
}
