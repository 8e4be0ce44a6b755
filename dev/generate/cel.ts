// Writes JSON as the CEL of a mutating policy: an object is `Object.<its path>{…}` there, since a map may not mix types.
// A text that begins with "cel:" is an expression and stands as it is. Pure.

const expression = "cel:";

/** A value to put where a text is asked for. */
export function cel(of: string): string {
  return `${expression}${of}`;
}

/** `type`: the path of the object's field, such as Object.spec.initContainers; `indent`: of the line that it stands on. */
export function celLiteral(value: unknown, type: string, indent = ""): string {
  if (typeof value === "string") return value.startsWith(expression) ? value.slice(expression.length) : JSON.stringify(value);
  if (Array.isArray(value)) return celList(value, type, indent);
  if (typeof value === "object" && value !== null) return celObject(value, type, indent);
  if (typeof value === "boolean" || Number.isInteger(value)) return String(value);
  throw new Error(`${type}: ${JSON.stringify(value)} cannot be said in CEL`);
}

function celList(items: readonly unknown[], type: string, indent: string): string {
  const flat = `[${items.map((item) => celLiteral(item, type, indent)).join(", ")}]`;
  if (!flat.includes("\n") && flat.length < 100) return flat;
  const lines = items.map((item) => `${indent}  ${celLiteral(item, type, `${indent}  `)}`);
  return `[\n${lines.join(",\n")}\n${indent}]`;
}

function celObject(fields: object, type: string, indent: string): string {
  const inner = (deeper: string) =>
    Object.entries(fields).map(([name, field]) => `${name}: ${celLiteral(field, `${type}.${name}`, deeper)}`);
  const flat = `${type}{${inner(indent).join(", ")}}`;
  if (!flat.includes("\n") && flat.length < 120) return flat;
  const deeper = `${indent}  `;
  return `${type}{\n${inner(deeper)
    .map((line) => `${deeper}${line}`)
    .join(",\n")}\n${indent}}`;
}
