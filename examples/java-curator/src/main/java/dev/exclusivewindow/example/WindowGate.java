package dev.exclusivewindow.example;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gate of an event processor: it keeps one read lock for as long as no window is on.
 *
 * <p>Promised: the lock is released only after the last event in flight has left; no event enters while the connection is gone,
 * nor once the session may have expired without anybody having said so. Not promised: anything for an event that is stopped in the
 * middle for longer than the session.
 */
final class WindowGate {
  /** Never for ever: a signal that comes up meanwhile must be seen. */
  private static final long ACQUIRE_SECONDS = 10;

  private static final long LOOK_AGAIN_MILLIS = 30_000;
  private static final long AFTER_FAILURE_MILLIS = 1_000;
  private static final Logger LOG = LoggerFactory.getLogger(WindowGate.class);

  private final CuratorFramework client;
  private final String lockPath;
  private final String signalPath;
  private final long sessionTimeoutMillis;
  private final CuratorCache signal;
  /** The lock belongs to the thread that acquired it: this one alone acquires and releases. */
  private final Thread keeper = new Thread(this::keep, "read-lock");

  private final ScheduledExecutorService heartbeat = Executors.newSingleThreadScheduledExecutor();

  // Guarded by this.
  private boolean connected;
  private boolean signalUp;
  private boolean ending;
  private boolean open;
  private int inFlight;
  /** The session in which the lock was acquired. */
  private long session;

  private long leaseEnd;

  /** The client need not be started yet. */
  WindowGate(CuratorFramework client, String lockPath, String signalPath, long sessionTimeoutMillis) {
    this.client = client;
    this.lockPath = lockPath;
    this.signalPath = signalPath;
    this.sessionTimeoutMillis = sessionTimeoutMillis;
    this.signal = CuratorCache.build(client, signalPath, CuratorCache.Options.SINGLE_NODE_CACHE);
  }

  void start() {
    // Listeners only note what they are told: one that waited would stop all news of ZooKeeper.
    signal.listenable().addListener(
        CuratorCacheListener.builder().forCreates(node -> setSignal(true)).forDeletes(node -> setSignal(false)).build());
    client.getConnectionStateListenable().addListener((c, state) -> setConnected(state.isConnected()));
    client.start();
    signal.start();
    heartbeat.scheduleWithFixedDelay(this::beat, 0, sessionTimeoutMillis / 6, TimeUnit.MILLISECONDS);
    keeper.start();
  }

  /** Lets one event in. Never waits: where it answers false, leave the event with its broker and ask again. */
  synchronized boolean enter() {
    if (!open || System.nanoTime() - leaseEnd >= 0) return false;
    inFlight++;
    return true;
  }

  synchronized void leave() {
    if (--inFlight == 0) notifyAll();
  }

  /** Waits for the events in flight, releases, and returns. The client is the caller's to close. */
  void close() throws InterruptedException {
    synchronized (this) {
      ending = true;
      notifyAll();
    }
    keeper.join();
    heartbeat.shutdownNow();
    signal.close();
  }

  synchronized String state() {
    return open ? "open" : inFlight > 0 ? "draining" : signalUp ? "paused" : connected ? "opening" : "connecting";
  }

  synchronized int inFlight() {
    return inFlight;
  }

  private void keep() {
    while (!isEnding()) {
      try {
        await(() -> connected && !signalUp);
        if (!isEnding()) holdOnce();
      } catch (Exception e) {
        LOG.warn("the read lock could not be taken or released; trying again", e);
        pauseAfterFailure();
      }
    }
  }

  /** Takes the lock, keeps it until the signal appears or the connection goes, and releases it. */
  private void holdOnce() throws Exception {
    if (isSignalThere()) return;
    long before = sessionNow();
    // A new one each time: after a lost session an old one still says that it is acquired.
    InterProcessMutex lock = new InterProcessReadWriteLock(client, lockPath).readLock();
    if (!lock.acquire(ACQUIRE_SECONDS, TimeUnit.SECONDS)) return;
    try {
      // The signal once more, now that the node stands: either it is seen, or the window waits for us.
      // And the session: Curator may have acquired by the node of one that has expired since.
      if (!isSignalThere() && sessionNow() == before && beginsOpen(before)) {
        await(() -> !open);
      }
    } finally {
      drain();
      lock.release();
    }
  }

  private boolean isSignalThere() throws Exception {
    boolean there = client.checkExists().forPath(signalPath) != null;
    if (there) setSignal(true);
    return there;
  }

  private synchronized boolean beginsOpen(long ofSession) {
    session = ofSession;
    open = connected && !signalUp && !ending;
    if (open) LOG.info("open");
    return open;
  }

  private synchronized void drain() {
    open = false;
    LOG.info("closed, {} events in flight", inFlight);
    boolean interrupted = false;
    while (inFlight > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // work in flight is worth more than a quick end
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
  }

  /** Waits until it holds or the gate is to end. */
  private synchronized void await(BooleanSupplier holds) throws InterruptedException {
    while (!ending && !holds.getAsBoolean()) wait(LOOK_AGAIN_MILLIS);
  }

  private synchronized boolean isEnding() {
    return ending;
  }

  private synchronized void pauseAfterFailure() {
    try {
      if (!ending) wait(AFTER_FAILURE_MILLIS);
    } catch (InterruptedException e) {
      ending = true;
    }
  }

  private synchronized void setSignal(boolean up) {
    signalUp = up;
    if (up) open = false; // at once, not when the keeper wakes
    notifyAll();
  }

  private synchronized void setConnected(boolean now) {
    connected = now;
    if (!now) open = false; // SUSPENDED and LOST alike
    notifyAll();
  }

  /**
   * A sync is answered only by servers whose leader counts this session alive. The third that is left out of the timeout is for what
   * they have not told each other yet. Without this a process that was stopped would handle events until it hears of its loss.
   */
  private void beat() {
    try {
      long sent = System.nanoTime();
      client.sync().inBackground((c, event) -> {
        if (event.getResultCode() == 0) extend(sent, sessionNow(), c.getZookeeperClient().getZooKeeper().getSessionTimeout());
      }).forPath("/");
    } catch (Exception e) {
      LOG.debug("no heartbeat", e); // then the lease runs out
    }
  }

  private synchronized void extend(long sent, long ofSession, long timeoutMillis) {
    if (open && ofSession != session) return;
    leaseEnd = sent + TimeUnit.MILLISECONDS.toNanos(timeoutMillis) * 2 / 3;
  }

  private long sessionNow() throws Exception {
    return client.getZookeeperClient().getZooKeeper().getSessionId();
  }
}
