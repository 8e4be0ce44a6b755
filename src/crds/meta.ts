// The names that users, GitOps tools and other rooms meet in a cluster. One place, so that one word means one thing.
export const group = "exclusivewindow.dev";
export const version = "v1alpha1";
export const apiVersion = `${group}/${version}`;
export const kind = "ExclusiveWindow";
export const plural = "exclusivewindows";

/** On a workload: the windows (comma separated, same namespace) its Pods take part in. */
export const windowAnnotation = `${group}/window`;
/** On a Pod template: the window (one, same namespace) whose gate its Pods get as a sidecar. */
export const injectAnnotation = `${group}/inject`;
/** On a Pod: the window that the policy found when it saw to the Pod's gate. */
export const injectedAnnotation = `${group}/injected`;
/** On a window: an RFC 3339 instant; each new value runs the window once, now. */
export const runRequestAnnotation = `${group}/run-requested-at`;
/** On a window that is being deleted while ZooKeeper cannot be reached: the id of the run whose locks are abandoned. */
export const abandonAnnotation = `${group}/abandon-locks`;
/** On a run's Job and Pods: the token with which the run was let go. */
export const fencingTokenAnnotation = `${group}/fencing-token`;
/** On a run's Job: its nominal time. */
export const scheduledTimeAnnotation = `${group}/scheduled-time`;

/** On a run's Job and Pods: the window's name. */
export const windowLabel = `${group}/window`;
/** On a run's Job and Pods: the window's uid. */
export const windowUidLabel = `${group}/window-uid`;
/** On a run's Job and Pods: the run's id. */
export const runLabel = `${group}/run-id`;
/** On a run's Job: the installation that made it; only that one sweeps it. */
export const installationLabel = `${group}/installation`;

/** In the template of every Job: its Pods stay unscheduled until the controller has just seen the lock held. */
export const schedulingGate = `${group}/locked`;
/** On a window while a run is active, and on a run's Job until its result is recorded and its locks are released. */
export const finalizer = `${group}/locks`;
