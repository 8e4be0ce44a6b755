// The project's images: what each one is called and what is in it. The Dockerfile makes the same two.
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
  readonly programs: readonly Program[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

export const recipes: readonly ImageRecipe[] = [
  {
    name: "exclusive-window",
    target: "controller",
    programs: ["controller.js", "exclusive-window.js"],
    entrypoint: ["node", "/app/controller.js"],
    command: [],
  },
  {
    name: "exclusive-window-event-processor",
    target: "event-processor",
    programs: ["event-processor.js", "demo-job.js"],
    entrypoint: ["node"],
    command: ["/app/event-processor.js"],
  },
];
