import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { anAuthority } from "../../test/support/certificates.ts";
import { aFakeServer, aSession } from "../../test/support/sessions.ts";
import { type TlsFiles, tlsOptions, tlsProblem } from "./tls.ts";

const dir = mkdtempSync(join(tmpdir(), "tls-"));
afterAll(() => rmSync(dir, { recursive: true }));

function put(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

const now = Date.now();
const authority = anAuthority();
const pair = authority.sign({ name: "client" });
const ca = put("ca.crt", authority.cert);
const files = { ca, cert: put("client.crt", pair.cert), key: put("client.key", pair.key) };

describe("the files of TLS", () => {
  test("are taken, with and without a certificate of one's own", () => {
    expect(tlsOptions(files, "zk-0.zk", now)).toMatchObject({ host: "zk-0.zk", servername: "zk-0.zk" });
    expect(tlsOptions({ ca }, "10.0.0.1", now).servername).toBe("");
    expect(tlsOptions({ ca, serverName: "zk" }, "10.0.0.1", now).servername).toBe("zk");
  });

  const expired = authority.sign({ name: "client", until: now - 1_000 });
  const wrong: readonly { readonly what: string; readonly tls: TlsFiles; readonly says: RegExp }[] = [
    { what: "no authorities", tls: { ca: join(dir, "none") }, says: /the authorities for TLS cannot be read: ENOENT.*\/none/ },
    { what: "authorities that are none", tls: { ca: put("text", "text") }, says: /\/text holds no certificate in PEM/ },
    { what: "a certificate without its key", tls: { ca, cert: files.cert }, says: /both cert and key/ },
    { what: "no such key", tls: { ...files, key: join(dir, "none") }, says: /the key for TLS cannot be read: ENOENT.*\/none/ },
    { what: "a key that is none", tls: { ...files, key: put("no.key", "hello") }, says: /\/no\.key holds no key in PEM/ },
    {
      what: "another's key",
      tls: { ...files, key: put("o.key", authority.sign({ name: "o" }).key) },
      says: /\/o\.key is not that of .*\/client\.crt/,
    },
    {
      what: "an old certificate",
      tls: { ca, cert: put("old.crt", expired.cert), key: put("old.key", expired.key) },
      says: /\/old\.crt is valid until .*: renew it/,
    },
  ];

  test.each(wrong)("are refused with $what, by name, and an opening ends at once", async ({ tls, says }) => {
    expect(() => tlsOptions(tls, "zk", now)).toThrow(says);
    const server = await aFakeServer();
    await expect(aSession(server.connectString, { tls })).rejects.toMatchObject({
      code: "AuthFailed",
      message: expect.stringMatching(says),
    });
    expect(server.connections).toEqual([]);
  });
});

describe("an error of TLS", () => {
  test.each([
    { code: "DEPTH_ZERO_SELF_SIGNED_CERT", says: /not accepted .* signed by an authority in .*ca\.crt/ },
    { code: "CERT_HAS_EXPIRED", says: /not accepted/ },
    { code: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", says: /not accepted/ },
    { code: "ERR_SSL_WRONG_VERSION_NUMBER", says: /does not speak TLS on this port/ },
    { code: "EPROTO", says: /does not speak TLS on this port/ },
    { code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", says: /alert .* refuse the one in .*client\.crt/ },
    { code: "ECONNREFUSED", says: /^what node said$/ },
  ])("with the code $code is told in words for the one who configured it", ({ code, says }) => {
    expect(tlsProblem(Object.assign(new Error("what node said"), { code }), files)).toMatch(says);
  });
});
