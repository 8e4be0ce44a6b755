// The layer of this host's Python: the interpreter and its standard library, where they stand here, and a link to the first.
// Not promised: packages that are installed beside it, and modules of the library that this host cannot link.
import { dirname } from "node:path";
import { python } from "../python/interpreter.ts";
import { link } from "./entries.ts";
import { filesBelow, hostFile, isSharedObject, linked } from "./host-files.ts";
import { hostLayer } from "./rootfs.ts";
import type { TarFile } from "./tar.ts";

/** Tests, windows, and what is there to build with or to install with. */
const leftOut =
  /^(__pycache__|tests?|site-packages|dist-packages|idlelib|turtledemo|turtle\.py|tkinter|_tkinter\..*|lib2to3|ensurepip|pydoc_data|config-.*|.*\.a|_test.*|_ctypes_test.*|xx.*\.so)$/;

export interface PythonLayer {
  readonly layer: TarFile;
  /** For the loader, where the interpreter's own library stands elsewhere than libraries do. */
  readonly environment: readonly string[];
}

/** Throws with what to install where there is no Python, or where its libraries cannot be copied. */
export async function pythonLayer(cache: string, progress: (message: string) => void): Promise<PythonLayer> {
  const { program, version, library } = await python();
  const tree = library.flatMap((path) => filesBelow(path, leftOut));
  const objects = tree.filter(isSharedObject);
  const { usable, libraries, unusualDirectories } = await linked([program, ...objects], dirname(dirname(program)));
  if (!usable.includes(program)) throw new Error(`cannot make an image of Python: ${program} lacks libraries on this host`);
  const unusable = new Set(objects.filter((path) => !usable.includes(path)));
  const sources = [program, ...tree.filter((path) => !unusable.has(path)), ...libraries];
  const entries = [...sources.map(hostFile), link("usr/local/bin/python3", program)];
  const layer = await hostLayer({ name: "python", about: `Python ${version}`, sources, entries }, cache, progress);
  return { layer, environment: unusualDirectories.length === 0 ? [] : [`LD_LIBRARY_PATH=${unusualDirectories.join(":")}`] };
}
