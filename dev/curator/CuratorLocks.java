// Apache Curator's own InterProcessReadWriteLock at the end of a pipe: one client, hence one session, whose threads take locks.
//
// Each line read is "<id> <verb> <words>", each line answered "<id> ok <words>" or "<id> failed <what>". Instants are
// System.nanoTime(): "held" is told after acquire() returned, "released" was taken before release() was called, so a span that is
// told lies within the time that the lock was held. The program ends with its input.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.StandardLockInternalsDriver;
import org.apache.curator.retry.ExponentialBackoffRetry;

public final class CuratorLocks {
  private static final long STORM_HOLD_NANOS = 500_000;

  private final CuratorFramework client;
  private final PrintStream answers;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  /** The releases that holders wait for, by the id of their acquire. A release completes with its own id. */
  private final Map<String, CompletableFuture<String>> holds = new ConcurrentHashMap<>();
  private final Queue<String> stormSpans = new ConcurrentLinkedQueue<>();
  private final List<Future<?>> storm = new ArrayList<>();
  private volatile boolean stormIsOver;

  private CuratorLocks(CuratorFramework client, PrintStream answers) {
    this.client = client;
    this.answers = answers;
  }

  /** Arguments: connect string, session timeout in milliseconds. */
  public static void main(String[] args) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err); // logs must not stand between the answers
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(Integer.parseInt(args[1]))
            .retryPolicy(new ExponentialBackoffRetry(100, 5))
            .build();
    client.start();
    client.blockUntilConnected();
    CuratorLocks locks = new CuratorLocks(client, answers);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      locks.threads.execute(() -> locks.obey(words));
    }
    Runtime.getRuntime().halt(0);
  }

  private void obey(String[] words) {
    String id = words[0];
    try {
      switch (words[1]) {
        case "hello":
          long session = client.getZookeeperClient().getZooKeeper().getSessionId();
          answer(id, String.format("0x%016x %s", session, InetAddress.getLocalHost().getHostAddress()));
          break;
        case "now":
          answer(id, String.valueOf(System.nanoTime()));
          break;
        case "acquire":
          hold(id, mutex(words[2], words[3]));
          break;
        case "release":
          holds.remove(words[2]).complete(id);
          break;
        case "participants":
          answer(id, names(mutex(words[2], words[3]).getParticipantNodes()));
          break;
        case "sort-key":
          answer(id, sortKey(words[2]));
          break;
        case "storm":
          for (int i = 0; i < Integer.parseInt(words[4]); i++) {
            storm.add(threads.submit(() -> rage(words[2], words[3], Long.parseLong(words[5]))));
          }
          answer(id, "");
          break;
        case "count":
          answer(id, String.valueOf(stormSpans.size()));
          break;
        case "calm":
          stormIsOver = true;
          for (Future<?> one : storm) one.get();
          answer(id, String.join(" ", stormSpans));
          break;
        default:
          throw new IllegalArgumentException("no such verb: " + words[1]);
      }
    } catch (Exception e) {
      say(id + " failed " + e);
    }
  }

  private void hold(String id, InterProcessMutex mutex) throws Exception {
    CompletableFuture<String> release = new CompletableFuture<>();
    holds.put(id, release);
    mutex.acquire();
    answer(id, String.valueOf(System.nanoTime()));
    String releaseId = release.get();
    long released = System.nanoTime();
    mutex.release();
    answer(releaseId, String.valueOf(released));
  }

  private Void rage(String kind, String path, long restMillis) throws Exception {
    InterProcessMutex mutex = mutex(kind, path);
    while (!stormIsOver) {
      mutex.acquire();
      long held = System.nanoTime();
      LockSupport.parkNanos(STORM_HOLD_NANOS);
      long released = System.nanoTime();
      mutex.release();
      stormSpans.add(kind + "," + held + "," + released);
      Thread.sleep(restMillis);
    }
    return null;
  }

  private InterProcessMutex mutex(String kind, String path) {
    InterProcessReadWriteLock lock = new InterProcessReadWriteLock(client, path);
    return kind.equals("write") ? lock.writeLock() : lock.readLock();
  }

  /** What InterProcessReadWriteLock sorts by: Curator's own function, once for each of the two markers, in its order. */
  private static String sortKey(String name) {
    return StandardLockInternalsDriver.standardFixForSorting(
        StandardLockInternalsDriver.standardFixForSorting(name, "__READ__"), "__WRIT__");
  }

  private static String names(Collection<String> paths) {
    List<String> names = new ArrayList<>();
    for (String path : paths) names.add(path.substring(path.lastIndexOf('/') + 1));
    return String.join(" ", names);
  }

  private void answer(String id, String words) {
    say(id + " ok " + words);
  }

  private synchronized void say(String line) {
    answers.print(line + "\n");
    answers.flush();
  }
}
