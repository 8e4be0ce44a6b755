// Many reads at once, but never so many that one look crowds a session.

const atOnce = 16;

/** The answers in the order of the items. Rejects with the first failure; calls under way are waited for. */
export async function mapBounded<T, R>(items: readonly T[], call: (item: T) => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  for (let at = 0; at < items.length; at += atOnce) {
    const settled = await Promise.allSettled(items.slice(at, at + atOnce).map(call));
    for (const one of settled) {
      if (one.status === "rejected") throw one.reason;
      answers.push(one.value);
    }
  }
  return answers;
}
