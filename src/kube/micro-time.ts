// Kubernetes' MicroTime: RFC 3339 with six digits after the second. Leases and Events refuse three.

/** `ms` is milliseconds since 1970. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}
