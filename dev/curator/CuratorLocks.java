// Apache Curator's own locks at the end of a pipe: one client, hence one session, whose threads take locks.
//
// Each line read is "<id> <verb> <words>", each line answered "<id> ok <words>" or "<id> failed <what>". Kinds of locks: read and
// write (InterProcessReadWriteLock), mutex (InterProcessMutex), semaphore (InterProcessSemaphoreMutex), multi (InterProcessMultiLock,
// of mutexes, whose paths are joined by commas). Instants are System.nanoTime(): "held" is told after acquire() returned, "released"
// was taken before release() was called, so a span that is told lies within the time that the lock was held. What is asked of a
// holder (release, upgrade, downgrade) is done by the thread that acquired. The program ends with its input.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMultiLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.locks.Revoker;
import org.apache.curator.framework.recipes.locks.StandardLockInternalsDriver;
import org.apache.curator.retry.ExponentialBackoffRetry;

public final class CuratorLocks {
  private final CuratorFramework client;
  private final PrintStream answers;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  /** What is asked of those who hold or wait, by the id of their acquire: the words of the line. */
  private final Map<String, BlockingQueue<String[]>> holds = new ConcurrentHashMap<>();
  /** When those who are revocable were asked and began to release, by the id of their acquire. */
  private final Map<String, CompletableFuture<Long>> revocations = new ConcurrentHashMap<>();
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
          hold(id, words);
          break;
        case "release":
        case "upgrade":
        case "downgrade":
          holds.get(words[2]).add(words);
          break;
        case "revoked":
          answer(id, String.valueOf(revocations.computeIfAbsent(words[2], any -> new CompletableFuture<>()).get()));
          break;
        case "revoke":
          Revoker.attemptRevoke(client, words[2]);
          answer(id, "");
          break;
        case "expire":
          client.getZookeeperClient().getZooKeeper().getTestable().injectSessionExpiration();
          answer(id, "");
          break;
        case "participants":
          answer(id, names(((InterProcessMutex) lock(words, pair(words))).getParticipantNodes()));
          break;
        case "sort-key":
          answer(id, words[2].equals("mutex") ? mutexSortKey(words[3]) : sortKey(words[3]));
          break;
        case "storm":
          for (int i = 0; i < Integer.parseInt(words[4]); i++) {
            storm.add(threads.submit(() -> rage(words)));
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

  /** Read and write lock of one thread are of one object: only then may the writer take the read lock too. */
  private void hold(String id, String[] words) throws Exception {
    BlockingQueue<String[]> asked = new LinkedBlockingQueue<>();
    holds.put(id, asked);
    InterProcessReadWriteLock pair = pair(words);
    Deque<InterProcessLock> held = new ArrayDeque<>(List.of(lock(words, pair)));
    if (option(words, "revocable") != null) {
      ((InterProcessMutex) held.peek()).makeRevocable(ignored -> asked.add(new String[] {"", "release"}));
    }
    held.peek().acquire();
    answer(id, String.valueOf(System.nanoTime()));
    while (!held.isEmpty()) {
      String[] next = asked.take();
      if (next[1].equals("upgrade")) {
        answer(next[0], String.valueOf(pair.writeLock().acquire(Long.parseLong(next[3]), TimeUnit.MILLISECONDS)));
      } else if (next[1].equals("downgrade")) {
        pair.readLock().acquire();
        held.add(pair.readLock());
        answer(next[0], "");
      } else {
        long released = System.nanoTime();
        held.remove().release();
        if (next[0].isEmpty()) revocations.computeIfAbsent(id, any -> new CompletableFuture<>()).complete(released);
        else answer(next[0], String.valueOf(released));
      }
    }
  }

  private InterProcessReadWriteLock pair(String[] words) {
    String data = option(words, "data");
    if (data == null) return new InterProcessReadWriteLock(client(words), words[3]);
    byte[] bytes = data.getBytes(StandardCharsets.UTF_8);
    InterProcessReadWriteLock pair = new InterProcessReadWriteLock(client(words), words[3], bytes);
    Arrays.fill(bytes, (byte) 'x'); // it has to have taken a copy
    return pair;
  }

  private CuratorFramework client(String[] words) {
    String namespace = option(words, "namespace");
    return namespace == null ? client : client.usingNamespace(namespace);
  }

  private InterProcessLock lock(String[] words, InterProcessReadWriteLock pair) {
    switch (words[2]) {
      case "read":
        return pair.readLock();
      case "write":
        return pair.writeLock();
      case "mutex":
        return new InterProcessMutex(client(words), words[3]);
      case "semaphore":
        return new InterProcessSemaphoreMutex(client(words), words[3]);
      case "multi":
        return new InterProcessMultiLock(client(words), Arrays.asList(words[3].split(",")));
      default:
        throw new IllegalArgumentException("no such kind: " + words[2]);
    }
  }

  /** The value of "name=value" behind the path; null if it is not there. */
  private static String option(String[] words, String name) {
    for (int i = 4; i < words.length; i++) if (words[i].startsWith(name + "=")) return words[i].substring(name.length() + 1);
    return null;
  }

  private Void rage(String[] words) throws Exception {
    long restMillis = Long.parseLong(words[5]);
    long holdNanos = Long.parseLong(words[6]);
    InterProcessLock lock = lock(words, pair(words));
    while (!stormIsOver) {
      lock.acquire();
      long held = System.nanoTime();
      LockSupport.parkNanos(holdNanos);
      long released = System.nanoTime();
      lock.release();
      stormSpans.add(words[2] + "," + words[3] + "," + held + "," + released);
      Thread.sleep(restMillis);
    }
    return null;
  }

  /** What InterProcessReadWriteLock sorts by: Curator's own function, once for each of the two markers, in its order. */
  private static String sortKey(String name) {
    return StandardLockInternalsDriver.standardFixForSorting(
        StandardLockInternalsDriver.standardFixForSorting(name, "__READ__"), "__WRIT__");
  }

  private static String mutexSortKey(String name) {
    return StandardLockInternalsDriver.standardFixForSorting(name, "lock-");
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
