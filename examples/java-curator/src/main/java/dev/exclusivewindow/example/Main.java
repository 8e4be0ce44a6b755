package dev.exclusivewindow.example;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Function;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.ExponentialBackoffRetry;

/**
 * An event processor on Apache Curator that takes part in exclusive windows: its gate is {@link WindowGate}. The rest stands for a
 * broker's consumer, and answers over HTTP when it handled events, as examples/event-processor does.
 */
public final class Main {
  private static final int CONSUMERS = 2;

  public static void main(String[] args) throws Exception {
    String locks = required("EXCLUSIVE_WINDOW_LOCKS", "<lock path>[=<signal path>]");
    if (locks.contains(",")) throw new IllegalArgumentException("EXCLUSIVE_WINDOW_LOCKS: this program takes one lock, not " + locks);
    String lockPath = locks.split("=")[0];
    String signalPath = locks.contains("=") ? locks.substring(locks.indexOf('=') + 1) : lockPath + "-signal";
    int sessionTimeoutMillis = 1000 * number("EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS", 30);
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(required("EXCLUSIVE_WINDOW_ZOOKEEPER", "host:port,…"))
            .sessionTimeoutMs(sessionTimeoutMillis)
            .connectionTimeoutMs(Math.min(15_000, sessionTimeoutMillis))
            .retryPolicy(new ExponentialBackoffRetry(100, 5))
            .build();
    WindowGate gate = new WindowGate(client, lockPath, signalPath, sessionTimeoutMillis);
    EventRecords records = new EventRecords(number("KEPT_RECORDS", 200_000));
    long paceMillis = Math.max(1, 1000L * CONSUMERS / number("EVENTS_PER_SECOND", 333));
    HttpServer server = serve(number("PORT", 8080), gate, records);
    gate.start();
    for (int i = 0; i < CONSUMERS; i++) startConsumer(gate, records, paceMillis);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gate, client, server)));
  }

  private static void startConsumer(WindowGate gate, EventRecords records, long paceMillis) {
    Thread consumer = new Thread(() -> {
      try {
        while (true) {
          Thread.sleep(paceMillis); // the broker's next event
          if (!gate.enter()) continue; // it stays with the broker
          int event = records.begin();
          try {
            Thread.sleep(1); // the work
          } finally {
            records.end(event);
            gate.leave();
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    consumer.setDaemon(true);
    consumer.start();
  }

  private static void stop(WindowGate gate, CuratorFramework client, HttpServer server) {
    try {
      gate.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
    server.stop(0);
  }

  private static HttpServer serve(int port, WindowGate gate, EventRecords records) throws Exception {
    String bootId = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).trim();
    String identity = String.format("\"instance\":\"%s\",\"bootId\":\"%s\"", UUID.randomUUID(), bootId);
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    answer(server, "/livez", query -> "ok");
    answer(server, "/readyz", query -> "ok"); // one that pauses for a window is ready: it works as it should
    answer(server, "/records", query -> "{" + identity + "," + records.since(from(query)) + "}");
    answer(server, "/stats", query -> String.format(
        "{%s,\"state\":\"%s\",\"obeysGate\":true,\"events\":%d,\"inFlight\":%d}", identity, gate.state(), records.count(), gate.inFlight()));
    server.start();
    return server;
  }

  private static void answer(HttpServer server, String path, Function<String, String> text) {
    server.createContext(path, exchange -> {
      byte[] body = text.apply(exchange.getRequestURI().getQuery()).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
  }

  private static int from(String query) {
    return query != null && query.matches("from=\\d{1,9}") ? Integer.parseInt(query.substring("from=".length())) : 0;
  }

  private static String required(String name, String what) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) throw new IllegalArgumentException(name + " is not set: give " + what);
    return value;
  }

  private static int number(String name, int otherwise) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) return otherwise;
    if (!value.matches("[1-9]\\d{0,8}")) throw new IllegalArgumentException(name + " is " + value + ": give a whole number from 1");
    return Integer.parseInt(value);
  }
}
