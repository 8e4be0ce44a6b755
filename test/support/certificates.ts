// Certificates for tests, made in memory by Node alone: an authority, and what it signs, with the faults that a test asks for.
// X.509 version 3 in DER, elliptic curve P-256; only as much of it as TLS between Node and Java needs.
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";

/** In PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Wish {
  readonly name: string;
  /** DNS names and IPv4 addresses that the certificate is good for. */
  readonly hosts?: readonly string[];
  /** Milliseconds since 1970; default in ten years. */
  readonly until?: number;
}

export interface Authority {
  /** In PEM. */
  readonly cert: string;
  sign(wish: Wish): Pair;
}

const day = 86_400_000;

export function anAuthority(name = "an authority of a test"): Authority {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const cert = certificate({ name }, { issuer: name, signer: keys.privateKey, subjectKey: keys.publicKey, isAuthority: true });
  return {
    cert,
    sign(wish) {
      const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const key = own.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      return { cert: certificate(wish, { issuer: name, signer: keys.privateKey, subjectKey: own.publicKey, isAuthority: false }), key };
    },
  };
}

interface Signing {
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly subjectKey: KeyObject;
  readonly isAuthority: boolean;
}

function certificate(wish: Wish, { issuer, signer, subjectKey, isAuthority }: Signing): string {
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)); // ecdsa-with-SHA256
  const until = wish.until ?? Date.now() + 3_650 * day;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(issuer),
    sequence(time(Math.min(Date.now(), until) - day), time(until)),
    nameOf(wish.name),
    subjectKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions(wish, isAuthority))),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, signer)]));
  const lines =
    sequence(body, algorithm, signature)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function extensions({ hosts = [] }: Wish, isAuthority: boolean): readonly Buffer[] {
  const authority = isAuthority ? [der(0x01, Buffer.from([0xff]))] : [];
  const constraints = sequence(oid(0x55, 0x1d, 0x13), der(0x01, Buffer.from([0xff])), der(0x04, sequence(...authority)));
  const names = hosts.map((host) => (isIPv4(host) ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host))));
  return names.length === 0 ? [constraints] : [constraints, sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(...names)))];
}

function nameOf(text: string): Buffer {
  return sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(text)))));
}

/** GeneralizedTime. */
function time(ms: number): Buffer {
  return der(0x18, Buffer.from(new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, "")));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(...bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function der(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

/** The shortest form: Java checks signatures over its own encoding. */
function lengthOf(bytes: number): readonly number[] {
  if (bytes < 0x80) return [bytes];
  return bytes < 0x100 ? [0x81, bytes] : [0x82, bytes >> 8, bytes & 0xff];
}
