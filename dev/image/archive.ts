// Plans container images as one archive (pure; tar.ts writes it): an OCI image layout, with the index that `docker load` of any age understands beside it.
// `ctr images import`, `kind load image-archive`, `podman load` and `docker load` all take it. Layers are stored uncompressed, so a
// layer's digest is also the digest of its contents, and they are shared between the images of one archive.
import { createHash } from "node:crypto";
import { sizeOf, type TarContent, type TarEntry, type TarFile } from "./tar.ts";

export interface ImagePlan {
  /** Full reference: registry/repository:tag. */
  readonly ref: string;
  readonly layers: readonly TarFile[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly settings?: ImageSettings;
}

/** How its programs run. */
export interface ImageSettings {
  /** uid:gid. Numeric, because kubelet cannot prove `runAsNonRoot` of a name. */
  readonly user: string;
  readonly environment: readonly string[];
  readonly directory: string;
}

export const ownProgram: ImageSettings = {
  user: "65532:65532",
  environment: ["PATH=/usr/local/bin:/usr/bin:/bin", "NODE_ENV=production"],
  directory: "/app",
};

export interface PlannedImage {
  readonly ref: string;
  /** Of the manifest: changes with anything in the image. */
  readonly digest: string;
}

interface Blob {
  readonly digest: string;
  readonly content: TarContent;
}

const type = "application/vnd.oci.image";
const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64", s390x: "s390x", ppc64: "ppc64le" };

/** What the archive of these images holds: pure, so that its digests are known before anything is written. */
export function planArchive(
  plans: readonly ImagePlan[],
  arch: string,
): { readonly images: readonly PlannedImage[]; readonly entries: readonly TarEntry[] } {
  const made = plans.map((plan) => manifestOf(plan, arch));
  const blobs = new Map(made.flatMap((m) => m.blobs).map((blob) => [blob.digest, blob]));
  const index = { schemaVersion: 2, mediaType: `${type}.index.v1+json`, manifests: made.map((m) => m.descriptor) };
  const docker = made.map((m) => m.docker);
  const entries: TarEntry[] = [
    file("oci-layout", json({ imageLayoutVersion: "1.0.0" })),
    file("index.json", json(index)),
    file("manifest.json", json(docker)),
    { type: "directory", path: "blobs", mode: 0o755 },
    { type: "directory", path: "blobs/sha256", mode: 0o755 },
    ...[...blobs.values()].map((blob) => file(pathOf(blob.digest), blob.content)),
  ];
  return { images: made.map((m) => ({ ref: m.ref, digest: m.descriptor.digest })), entries };
}

function manifestOf(plan: ImagePlan, arch: string) {
  const config = blobOf(json(configOf(plan, arch)));
  const layers = plan.layers.map((layer): Blob => ({ digest: layer.digest, content: { file: layer.file, size: layer.size } }));
  const manifest = blobOf(
    json({
      schemaVersion: 2,
      mediaType: `${type}.manifest.v1+json`,
      config: descriptor(config, `${type}.config.v1+json`),
      layers: layers.map((layer) => descriptor(layer, `${type}.layer.v1.tar`)),
    }),
  );
  const annotations = { "io.containerd.image.name": plan.ref, "org.opencontainers.image.ref.name": plan.ref.split(":").at(-1) };
  return {
    ref: plan.ref,
    blobs: [...layers, config, manifest],
    descriptor: { ...descriptor(manifest, `${type}.manifest.v1+json`), annotations },
    docker: { Config: pathOf(config.digest), RepoTags: [plan.ref], Layers: layers.map((layer) => pathOf(layer.digest)) },
  };
}

function configOf(plan: ImagePlan, arch: string) {
  const architecture = architectures[arch];
  if (architecture === undefined)
    throw new Error(`no image can be made on the processor architecture ${arch}: use EXCLUSIVE_WINDOW_IMAGES=docker`);
  const { user, environment, directory } = plan.settings ?? ownProgram;
  return {
    architecture,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: {
      User: user,
      Env: environment,
      ...(plan.entrypoint.length > 0 ? { Entrypoint: plan.entrypoint } : {}),
      ...(plan.command.length > 0 ? { Cmd: plan.command } : {}),
      WorkingDir: directory,
    },
    rootfs: { type: "layers", diff_ids: plan.layers.map((layer) => layer.digest) },
  };
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const file = (path: string, content: TarContent): TarEntry => ({ type: "file", path, mode: 0o644, content });
const pathOf = (digest: string): string => `blobs/${digest.replace(":", "/")}`;
const blobOf = (content: Buffer): Blob => ({ digest: `sha256:${createHash("sha256").update(content).digest("hex")}`, content });
const descriptor = (blob: Blob, mediaType: string) => ({ mediaType, digest: blob.digest, size: sizeOf(blob.content) });
