// A node's stat, from the wire: 8-byte Buffers become bigints, times and hexadecimal ids.
import type { WireStat } from "node-zookeeper-client/lib/jute/index.js";
import type { Stat } from "./session.ts";

export function statOf(wire: WireStat): Stat {
  return {
    czxid: wire.czxid.readBigInt64BE(),
    mzxid: wire.mzxid.readBigInt64BE(),
    version: wire.version,
    cversion: wire.cversion,
    ctimeMs: Number(wire.ctime.readBigInt64BE()),
    mtimeMs: Number(wire.mtime.readBigInt64BE()),
    ephemeralOwner: wire.ephemeralOwner.readBigInt64BE() === 0n ? undefined : sessionName(wire.ephemeralOwner),
    numChildren: wire.numChildren,
    dataLength: wire.dataLength,
  };
}

/** A session's id as 0x and 16 hex digits. */
export function sessionName(id: Buffer): string {
  return `0x${id.toString("hex")}`;
}
