// A local time as users read it: with its weekday, and with its offset, since one local time may stand for two instants.
import { localAt, offsetAt, offsetText } from "../schedule/zone.ts";

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** "Sun 2026-03-08 03:00 -04:00" */
export function localText(timeZone: string, at: number): string {
  const local = new Date(localAt(timeZone, at));
  const text = local.toISOString().slice(0, 16).replace("T", " ");
  return `${WEEKDAYS[local.getUTCDay()]} ${text} ${offsetText(offsetAt(timeZone, at))}`;
}
