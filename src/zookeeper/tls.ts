// TLS to ZooKeeper: what the files hold, and what went wrong, in words that name the file.
//
// Promised: the files are read anew at each call, so a certificate that was renewed is used from the next connection on; no
// message holds anything of a key. Not promised: that a certificate is revoked in time. Nobody is asked.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { type ConnectionOptions, createSecureContext } from "node:tls";
import { messageOf } from "../shared/errors.ts";

/** Paths of files in PEM. */
export interface TlsFiles {
  /** The authorities that sign the servers' certificates. */
  readonly ca: string;
  /** This side's certificate, with those between it and the authority; the servers may ask for one. With `key`, or not at all. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name that the servers' certificates must bear; default: the host as it is dialled. */
  readonly serverName?: string | undefined;
}

/** What node:tls is given for a host. Throws Error with the file and what is wrong with it. */
export function tlsOptions(files: TlsFiles, host: string, nowMs: number): ConnectionOptions {
  const ca = readPem(files.ca, "the authorities");
  requireCertificate(ca, files.ca);
  const own = readOwn(files, nowMs);
  const name = files.serverName ?? host;
  try {
    const secureContext = createSecureContext({ ca, ...own, minVersion: "TLSv1.2" });
    return { secureContext, host, servername: isIP(name) === 0 ? name : "" };
  } catch (error) {
    throw new Error(`TLS cannot be used with ${paths(files)}: ${messageOf(error)}`);
  }
}

function readOwn({ cert, key }: TlsFiles, nowMs: number): { readonly cert: string; readonly key: string } | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) throw new Error("TLS needs both cert and key, or neither of them");
  const texts = { cert: readPem(cert, "the certificate"), key: readPem(key, "the key") };
  const certificate = requireCertificate(texts.cert, cert);
  if (Date.parse(certificate.validTo) <= nowMs)
    throw new Error(`the certificate in ${cert} is valid until ${certificate.validTo}: renew it`);
  if (!certificate.checkPrivateKey(requireKey(texts.key, key)))
    throw new Error(`the key in ${key} is not that of the certificate in ${cert}`);
  return texts;
}

function readPem(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`${what} for TLS cannot be read: ${messageOf(error)}`);
  }
}

function requireCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new Error(`${path} holds no certificate in PEM (${messageOf(error)})`);
  }
}

function requireKey(pem: string, path: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new Error(`${path} holds no key in PEM without a pass phrase (${messageOf(error)})`);
  }
}

const paths = ({ ca, cert, key }: TlsFiles) => [ca, cert, key].filter((path) => path !== undefined).join(", ");

/** What an error of a TLS socket means to the one who wrote the configuration. */
export function tlsProblem(error: Error & { readonly code?: unknown; readonly reason?: unknown }, files: TlsFiles): string {
  const code = String(error.code ?? "");
  const [said = error.message] = error.message.split(";"); // what follows are hints on Node's own options
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `the server's certificate is for another name (${said}): dial it by its name, or set tls.serverName`;
  if (code.includes("ALERT")) return refusedByServer(String(error.reason ?? code), files);
  if (code === "EPROTO" || code.startsWith("ERR_SSL_"))
    return `the server does not speak TLS on this port (${said}): name its secureClientPort, or leave tls out`;
  if (error.message.includes("before secure TLS connection"))
    return "the server closed the connection in the TLS handshake: is this port its secureClientPort?";
  if (/CERT|ISSUER|SIGNATURE|SELF_SIGNED|CA$/.test(code))
    return `the server's certificate is not accepted (${said}, ${code}): it must be signed by an authority in ${files.ca}`;
  return error.message;
}

function refusedByServer(said: string, { cert }: TlsFiles): string {
  const what = cert === undefined ? "it may want a certificate of this side: set tls.cert and tls.key" : `it may refuse the one in ${cert}`;
  return `the server ended TLS with an alert (${said}): ${what}`;
}
