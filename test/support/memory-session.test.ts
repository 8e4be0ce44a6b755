// The session in memory does what every session does.
import { MemorySession } from "./memory-session.ts";
import { MemoryZooKeeper } from "./memory-zookeeper.ts";
import { sessionContract } from "./session-contract.ts";

const zookeeper = new MemoryZooKeeper();
const sessions = new Map<unknown, MemorySession>();

const open = async () => {
  const session = new MemorySession(zookeeper);
  sessions.set(session, session);
  return session;
};

sessionContract({
  open,
  openBriefly: open,
  suspend: async (session) => sessions.get(session)?.suspend(),
  resume: async (session) => sessions.get(session)?.resume(),
  lose: async (session) => sessions.get(session)?.expire(),
});
