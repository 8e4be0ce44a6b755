// A window's locks in CEL, as the policies that inject gates read them from `params`. Pure.

/** As the gate's EXCLUSIVE_WINDOW_LOCKS has them. */
export const locksExpression = `has(params.spec.locks)
      ? params.spec.locks.map(lock, lock.path + "=" + (has(lock.signalPath) ? lock.signalPath : lock.path + "-signal")).join(",")
      : ["/lock=", "/signal"].map(end, "/exclusive-windows/" + params.metadata.namespace + "/" + params.metadata.name + end).join("")`;

/** A gate holds its locks until a signal asks it to let go: not those without one, nor those that are others each hour. */
export const holdableExpression = `!has(params.spec.locks) || params.spec.locks.all(lock, !lock.path.contains("{") &&
      (!has(lock.signalPath) || (lock.signalPath != "" && !lock.signalPath.contains("{"))))`;
