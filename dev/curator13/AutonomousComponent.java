// An instance of an autonomous component as the newspaper batch framework runs it, on Netflix Curator 1.3.3: the procedure is the
// original's, this text is not. Its locks are that Curator's InterProcessSemaphoreMutex.
//
// Take /SBOI/<component>; ask for batches, once; try the lock of each batch until the queue is full; work on so many at once; wait for
// all; only then let go of the component's lock. SUSPENDED starts nothing more, LOST stops the children and drops their results.
// Arguments: connect string, session timeout (ms), component, simultaneous processes, queue, query (a shell line), and the command, whose
// last argument is the batch. Prints "done <batch>", "failed <batch>" or "lost <batch>". Ends with 0; with 3 where the component's
// lock was not had in a minute.
import com.netflix.curator.framework.CuratorFramework;
import com.netflix.curator.framework.CuratorFrameworkFactory;
import com.netflix.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import com.netflix.curator.framework.state.ConnectionState;
import com.netflix.curator.retry.ExponentialBackoffRetry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

public final class AutonomousComponent {
    private static volatile ConnectionState state = ConnectionState.CONNECTED;

    public static void main(String[] arguments) throws Exception {
        CuratorFramework client = CuratorFrameworkFactory.newClient(
            arguments[0], Integer.parseInt(arguments[1]), 15_000, new ExponentialBackoffRetry(100, 5));
        client.getConnectionStateListenable().addListener((curator, now) -> state = now);
        client.start();
        String component = arguments[2];
        List<String> command = Arrays.asList(arguments).subList(6, arguments.length);
        InterProcessSemaphoreMutex chooser = new InterProcessSemaphoreMutex(client, "/SBOI/" + component);
        if (!chooser.acquire(1, TimeUnit.MINUTES)) System.exit(3);
        try {
            Map<String, InterProcessSemaphoreMutex> locks = lock(client, component, Integer.parseInt(arguments[4]), query(arguments[5]));
            work(locks, Integer.parseInt(arguments[3]), command);
        } finally {
            chooser.release();
            client.close();
        }
        System.exit(0);
    }

    private static Map<String, InterProcessSemaphoreMutex> lock(
        CuratorFramework client, String component, int queue, List<String> batches) throws Exception {
        Map<String, InterProcessSemaphoreMutex> locks = new LinkedHashMap<>();
        for (String batch : batches) {
            if (locks.size() == queue) break;
            InterProcessSemaphoreMutex lock = new InterProcessSemaphoreMutex(client, "/" + component + "/" + batch);
            if (lock.acquire(0, TimeUnit.SECONDS)) locks.put(batch, lock);
        }
        return locks;
    }

    private static void work(Map<String, InterProcessSemaphoreMutex> locks, int simultaneous, List<String> command) throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(simultaneous);
        List<Future<?>> ends = new ArrayList<>();
        for (Map.Entry<String, InterProcessSemaphoreMutex> entry : locks.entrySet()) {
            ends.add(workers.submit(() -> child(entry.getKey(), entry.getValue(), command)));
        }
        for (Future<?> end : ends) end.get();
        workers.shutdown();
    }

    private static Void child(String batch, InterProcessSemaphoreMutex lock, List<String> command) throws Exception {
        while (state == ConnectionState.SUSPENDED) Thread.sleep(50);
        List<String> words = new ArrayList<>(command);
        words.add(batch);
        String result = "lost";
        if (state != ConnectionState.LOST) {
            Process child = new ProcessBuilder(words).inheritIO().start();
            while (!child.waitFor(50, TimeUnit.MILLISECONDS)) if (state == ConnectionState.LOST) child.destroy();
            if (state != ConnectionState.LOST) result = child.exitValue() == 0 ? "done" : "failed";
        }
        System.out.println(result + " " + batch);
        lock.release();
        return null;
    }

    private static List<String> query(String line) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> batches = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8))) {
            for (String batch = lines.readLine(); batch != null; batch = lines.readLine()) if (!batch.isEmpty()) batches.add(batch);
        }
        if (shell.waitFor() != 0) throw new IllegalStateException("the query failed");
        return batches;
    }
}
