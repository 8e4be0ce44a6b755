// The project's images: what each one is called and what is in it. The Dockerfile makes the same.
import type { Program } from "./bundle.ts";

export interface BuiltImage {
  /** The reference that manifests name, without a registry: `exclusive-window:0.1.0`. */
  readonly ref: string;
  /** The archive to import. All images of one build are in the same archive: import each archive once. */
  readonly tar: string;
  /** Changes with anything in the image. */
  readonly digest: string;
}

export interface ImageRecipe {
  readonly name: string;
  /** The Dockerfile's stage. */
  readonly target: string;
  readonly content: ImageContent;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

export type ImageContent =
  /** Programs of ours, each bundled into one file. */
  | { readonly runtime: "node"; readonly programs: readonly Program[] }
  /** The example on Apache Curator. */
  | { readonly runtime: "java" }
  /** The programs in that directory of the project, as they are. */
  | { readonly runtime: "python"; readonly directory: string };

export const recipes: readonly ImageRecipe[] = [
  {
    name: "exclusive-window",
    target: "controller",
    content: { runtime: "node", programs: ["controller.js", "exclusive-window.js"] },
    entrypoint: ["node", "/app/controller.js"],
    command: [],
  },
  {
    name: "exclusive-window-event-processor",
    target: "event-processor",
    content: { runtime: "node", programs: ["event-processor.js", "node-gate.js", "demo-job.js"] },
    entrypoint: ["node"],
    command: ["/app/event-processor.js"],
  },
];

/** Processors in other languages. They are in an archive of their own, since few want these runtimes. */
export const foreignRecipes: readonly ImageRecipe[] = [
  {
    name: "exclusive-window-java-curator",
    target: "java-curator",
    content: { runtime: "java" },
    entrypoint: ["java"],
    command: ["-XX:+UseSerialGC", "-cp", "/app/classes:/app/lib/*", "dev.exclusivewindow.example.Main"],
  },
  {
    name: "exclusive-window-python-sidecar",
    target: "python-sidecar",
    content: { runtime: "python", directory: "examples/python-sidecar" },
    entrypoint: ["python3"],
    command: ["/app/main.py"],
  },
];
