// The Eviction API of a real cluster: what is evicted, and what a PodDisruptionBudget says.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isKubeError } from "../../src/kube/errors.ts";
import { path } from "../../src/kube/json.ts";
import type { PodView } from "../../src/kube/pod-view.ts";
import { eventually, type KubeNamespace, kubeNamespace } from "../support/kube-namespace.ts";

let space: KubeNamespace;

beforeAll(async () => {
  space = await kubeNamespace();
});

afterAll(() => space?.remove());

const create = (kind: string, body: object) =>
  space.kube.rest.call(`create ${kind}`, {
    method: "POST",
    path:
      kind === "pods" ? path("api", "v1", "namespaces", space.name, kind) : path("apis", "policy", "v1", "namespaces", space.name, kind),
    body,
  });

/** A Pod that sleeps, and runs when this resolves. */
async function aPod(app: string): Promise<PodView> {
  const container = { name: "main", image: "localhost/exclusive-window/busybox:dev", command: ["/bin/sleep", "600"] };
  await create("pods", { metadata: { name: app, labels: { app } }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } });
  return eventually(async () => {
    const [pod] = await space.kube.pods.listBySelector(space.name, `app=${app}`);
    if (pod?.phase !== "running") throw new Error(`Pod ${app} does not run yet`);
    return pod;
  });
}

const standing = async (app: string) =>
  (await space.kube.pods.listBySelector(space.name, `app=${app}`)).filter(({ deleting }) => !deleting);

describe("an eviction", () => {
  test("ends the Pod that bears the uid", async () => {
    const pod = await aPod("evicted");
    expect(pod).toMatchObject({ hostNetwork: false, createdTime: expect.stringMatching(/^\d{4}-/) });
    expect(await space.kube.evictions.evict(pod)).toEqual({ kind: "evicted" });
    await eventually(async () => expect(await space.kube.pods.listBySelector(space.name, "app=evicted")).toEqual([]));
    await expect(space.kube.evictions.evict(pod)).rejects.toSatisfy((error) => isKubeError(error, "NotFound"));
  });

  test("leaves a Pod of the same name and another uid alone", async () => {
    const pod = await aPod("namesake");
    const attempt = space.kube.evictions.evict({ ...pod, uid: "7f3b9f3e-0000-4000-8000-000000000000" });
    await expect(attempt).rejects.toSatisfy((error) => isKubeError(error, "Conflict"));
    expect(await standing("namesake")).toMatchObject([{ uid: pod.uid }]);
  });

  test("is refused while a PodDisruptionBudget forbids it, which is named", async () => {
    const spec = { minAvailable: 1, selector: { matchLabels: { app: "guarded" } } };
    await create("poddisruptionbudgets", { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "keep-one" }, spec });
    const pod = await aPod("guarded");
    // Until the budget's controller has counted the Pod the refusal gives another reason.
    const refusal = await eventually(async () => {
      const answer = await space.kube.evictions.evict(pod);
      expect(answer).toMatchObject({ kind: "refused", message: expect.stringContaining("keep-one needs 1 healthy pods and has 1") });
      return answer;
    });
    expect(refusal).toMatchObject({ message: expect.stringContaining("would violate the pod's disruption budget") });
    expect(await standing("guarded")).toHaveLength(1);
  });

  test("is refused, and said why, where two budgets speak of the Pod: the server knows no answer to that", async () => {
    for (const name of ["one", "two"]) {
      const spec = { maxUnavailable: 1, selector: { matchLabels: { app: "twice" } } };
      await create("poddisruptionbudgets", { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name }, spec });
    }
    const answer = await space.kube.evictions.evict(await aPod("twice"));
    expect(answer).toMatchObject({ kind: "refused", message: expect.stringContaining("more than one PodDisruptionBudget") });
  });
});
