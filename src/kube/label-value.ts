// Any text as a label's value. Pure.
import { createHash } from "node:crypto";

/**
 * The text itself where it is a valid label value; else its valid part, cut, with a hash of the whole text (63 characters at
 * most). The same text always gives the same value, so that it can be selected by.
 */
export function labelValue(text: string): string {
  if (/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/.test(text)) return text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const valid = text
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .slice(0, 50)
    .replace(/^[^A-Za-z0-9]+/, "");
  return valid === "" ? hash : `${valid}-${hash}`;
}
