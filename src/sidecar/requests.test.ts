import { describe, expect, test } from "vitest";
import { readRequest } from "./requests.ts";

const ask = (
  method: string,
  target: string,
  from: { readonly host?: string; readonly origin?: string; readonly viaSocket?: boolean } = {},
) => readRequest({ method, target, host: "localhost:9271", origin: undefined, viaSocket: false, ...from });

describe("a request", () => {
  test.each([
    ["GET", "/v1/gate", { kind: "gate", wait: undefined }],
    ["HEAD", "/v1/gate", { kind: "gate", wait: undefined }],
    ["GET", "/v1/gate?wait=30s", { kind: "gate", wait: { until: "open", ms: 30_000 } }],
    ["GET", "/v1/gate?for=closed&wait=5m", { kind: "gate", wait: { until: "closed", ms: 300_000 } }],
    ["GET", "/v1/events", { kind: "events" }],
    ["POST", "/v1/drain", { kind: "drain", waitMs: 0 }],
    ["GET", "/v1/leases", { kind: "leases" }],
    ["GET", "/v1/leases/a", { kind: "lease", id: "a" }],
    ["PUT", "/v1/leases/A-z_0.9", { kind: "put-lease", id: "A-z_0.9", ttlMs: 60_000 }],
    ["PUT", "/v1/leases/a?ttl=100ms", { kind: "put-lease", id: "a", ttlMs: 100 }],
    ["DELETE", "/v1/leases/a", { kind: "end-lease", id: "a" }],
  ])("%s %s is understood", (method, target, asked) => {
    expect(ask(method, target)).toEqual(asked);
  });

  test.each([
    ["GET", "/v1/gate?wait=soon", 400, 'wait "soon": must be a duration'],
    ["GET", "/v1/gate?wait=301s", 400, 'wait "301s": must be a duration'],
    ["GET", "/v1/gate?wait=-1s", 400, 'wait "-1s"'],
    ["GET", "/v1/gate?wait=1s&wait=2s", 400, 'wait "2s": is given twice'],
    ["GET", "/v1/gate?wait=1s&for=ever", 400, 'for "ever": can be open or closed'],
    ["GET", "/v1/gate?for=closed", 400, 'for "closed": needs wait'],
    ["GET", "/v1/gate?wiat=30s", 400, 'wiat "30s": there is wait and for'],
    ["GET", "/v1/leases?all=yes", 400, 'all "yes": takes no parameter'],
    ["PUT", "/v1/leases/a?ttl=99ms", 400, 'ttl "99ms"'],
    ["PUT", "/v1/leases/a?ttl=25h", 400, 'ttl "25h"'],
    ["PUT", "/v1/leases/", 400, 'id "": must be 1 to 128'],
    ["PUT", `/v1/leases/${"a".repeat(129)}`, 400, "must be 1 to 128"],
    ["PUT", "/v1/leases/a%20b", 400, 'id "a%20b"'],
    ["PUT", "/v1/leases/a/b", 404, '"/v1/leases/a/b": there is'],
    ["GET", "/", 404, '"/": there is /v1/gate'],
    ["GET", "/v1/gate/", 404, '"/v1/gate/"'],
    ["POST", "/v1/gate", 405, '"POST": this can be asked with GET, HEAD'],
    ["PATCH", "/v1/leases/a", 405, "GET, HEAD, PUT, DELETE"],
    ["GET", "/v1/drain", 405, "POST"],
    ["toString", "/v1/gate", 405, "GET, HEAD"],
  ])("%s %s is refused", (method, target, status, error) => {
    expect(ask(method, target)).toMatchObject({ kind: "refused", status, error: expect.stringContaining(error) });
  });

  test.each([
    [{ host: "gate.example" }, 'Host "gate.example"'],
    [{ host: "127.0.0.1.example:9271" }, "Host"],
    [{ host: "localhost.example" }, "Host"],
    [{ host: "10.0.0.1:9271" }, "Host"],
    [{ host: "" }, 'Host ""'],
    [{ origin: "http://localhost:9271" }, "Origin"],
    [{ origin: "null", viaSocket: true }, "Origin"],
  ])("of %j comes from a browser and is refused", (from, error) => {
    expect(ask("GET", "/v1/gate", from)).toMatchObject({ kind: "refused", status: 403, error: expect.stringContaining(error) });
  });

  test.each([
    { host: "localhost" },
    { host: "LOCALHOST:80" },
    { host: "127.0.0.1:9271" },
    { host: "[::1]:9271" },
    { host: "any", viaSocket: true },
  ])("of %j comes from the Pod", (from) => {
    expect(ask("GET", "/v1/events", from)).toEqual({ kind: "events" });
  });
});
