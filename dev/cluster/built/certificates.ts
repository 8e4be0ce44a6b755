// The built cluster's certificates, by openssl: one authority that lives as long as the cluster, and what it signs.
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/command.ts";
import { layout } from "./layout.ts";

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificates {
  readonly authority: Certificate;
  /** Of the API server, for its own clients. */
  readonly apiServer: Certificate;
  /** Of the kubelet's server: `kubectl logs` and `exec` pass there. */
  readonly kubelet: Certificate;
  /** What the API server shows to the kubelet; nobody else gets in there. */
  readonly kubeletClient: Certificate;
  /** Signs service account tokens. */
  readonly serviceAccounts: { readonly publicKey: string; readonly privateKey: string };
}

interface Request {
  readonly name: string;
  readonly subject: readonly string[];
  readonly extensions: readonly string[];
}

const DAYS = "3650";
const LEAF = ["basicConstraints = critical, CA:FALSE", "keyUsage = critical, digitalSignature, keyEncipherment"];

/** Makes all of them anew. */
export async function makeCertificates(gateway: string, apiService: string): Promise<Certificates> {
  mkdirSync(layout.pki, { recursive: true, mode: 0o700 });
  const authority = await sign({
    name: "ca",
    subject: ["CN = exclusive-window development cluster"],
    extensions: [
      "basicConstraints = critical, CA:TRUE",
      "keyUsage = critical, keyCertSign, cRLSign, digitalSignature",
      "subjectKeyIdentifier = hash",
    ],
  });
  const names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost"];
  const server = (name: string, alternatives: readonly string[]) =>
    sign(
      {
        name,
        subject: [`CN = ${name}`],
        extensions: [...LEAF, "extendedKeyUsage = serverAuth", `subjectAltName = ${alternatives.join(", ")}`],
      },
      authority,
    );
  const addresses = [gateway, apiService, "127.0.0.1"].map((address) => `IP:${address}`);
  const apiServer = await server("kube-apiserver", [...names.map((name) => `DNS:${name}`), ...addresses]);
  const kubelet = await server("kubelet", [`IP:${gateway}`]);
  const client = { name: "kubelet-client", subject: ["CN = kube-apiserver"], extensions: [...LEAF, "extendedKeyUsage = clientAuth"] };
  return { authority, apiServer, kubelet, kubeletClient: await sign(client, authority), serviceAccounts: makeServiceAccountKeys() };
}

async function sign(request: Request, authority?: Certificate): Promise<Certificate> {
  const path = (suffix: string) => join(layout.pki, `${request.name}.${suffix}`);
  const config = [
    "[req]",
    "distinguished_name = subject",
    "x509_extensions = extensions",
    "prompt = no",
    "[subject]",
    ...request.subject,
    "[extensions]",
    ...request.extensions,
  ];
  writeFileSync(path("cnf"), `${config.join("\n")}\n`);
  const signer = authority === undefined ? [] : ["-CA", authority.certificate, "-CAkey", authority.key];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path("key")];
  await run("openssl", ["req", "-x509", "-sha256", "-days", DAYS, ...key, ...signer, "-config", path("cnf"), "-out", path("crt")]);
  return { certificate: path("crt"), key: path("key") };
}

function makeServiceAccountKeys(): Certificates["serviceAccounts"] {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const publicKey = join(layout.pki, "service-accounts.pub");
  const privateKey = join(layout.pki, "service-accounts.key");
  writeFileSync(publicKey, pair.publicKey.export({ type: "spki", format: "pem" }));
  writeFileSync(privateKey, pair.privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  return { publicKey, privateKey };
}
