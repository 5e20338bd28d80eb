package io.gridfleet.lb.cluster;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Test suites at work, one thread each: a session, some commands, the end, and again. Every command
 * is told apart from every other, and none is sent twice. What became of it all is counted.
 */
final class Clients implements AutoCloseable {
  /** A request that waits for a device waits 8 s, and its attempts 10 s each. */
  static final Duration BOUND = Duration.ofSeconds(45);

  private static final String ASKED =
      "'platformName':'Android','appium:newCommandTimeout':8,"
          + "'gridfleet:waitForDeviceOnlineTimeout':8";

  private final URI url;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger commandNumber = new AtomicInteger();
  private volatile boolean stopping;

  /** What became of requests. */
  final AtomicInteger served = new AtomicInteger();

  final AtomicInteger commands = new AtomicInteger();
  final AtomicInteger connectionsLost = new AtomicInteger();
  final AtomicInteger commandsFailed = new AtomicInteger();
  final AtomicLong slowestMillis = new AtomicLong();
  final Map<String, AtomicInteger> refused = new ConcurrentHashMap<>();
  final Queue<String> strange = new ConcurrentLinkedQueue<>();

  /** Sessions that a client had when it was told that there is no such session. */
  final Map<String, String> lost = new ConcurrentHashMap<>();

  Clients(URI url, int number, long seed) {
    this.url = url;
    for (int i = 0; i < number; i++) {
      Random random = new Random(seed + i);
      Thread thread = new Thread(() -> work(random), "client-" + i);
      thread.setDaemon(true);
      threads.add(thread);
    }
  }

  Clients start() {
    threads.forEach(Thread::start);
    return this;
  }

  private void work(Random random) {
    JsonClient client = new JsonClient(url);
    while (!stopping) {
      try {
        Reply reply = timed(() -> client.newSession(ASKED).join());
        if (reply.status() == 200) {
          served.incrementAndGet();
          use(client, reply.sessionId(), random);
        } else {
          refused(reply);
        }
      } catch (CompletionException noAnswer) {
        connectionsLost.incrementAndGet();
        pause(random, 200);
      }
    }
  }

  private void refused(Reply reply) {
    String text = reply.value().path("message").asText(reply.text());
    String begin = text.substring(0, Math.min(60, text.length())).replaceAll("[0-9]+", "#");
    refused
        .computeIfAbsent(reply.error() + ": " + begin, key -> new AtomicInteger())
        .incrementAndGet();
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
  }

  private void use(JsonClient client, String session, Random random) {
    int howMany = 2 + random.nextInt(8);
    for (int i = 0; i < howMany && !stopping; i++) {
      pause(random, 120);
      String path = "/element/e" + commandNumber.incrementAndGet() + "/click";
      try {
        Reply reply = timed(() -> client.post("/session/" + session + path, "{}"));
        commands.incrementAndGet();
        if (reply.error().equals("invalid session id")) {
          lost.put(session, path + " " + reply.text());
          return;
        }
        if (reply.status() != 200) {
          commandsFailed.incrementAndGet();
        }
      } catch (CompletionException noAnswer) {
        connectionsLost.incrementAndGet();
      }
    }
    if (random.nextInt(20) > 0) {
      end(client, session, random);
    }
  }

  /** Delete Session may be said again: the second time it finds nothing. */
  private void end(JsonClient client, String session, Random random) {
    for (int tries = 0; tries < 10; tries++) {
      try {
        Reply reply = timed(() -> client.delete("/session/" + session));
        if (reply.status() == 200 || reply.error().equals("invalid session id")) {
          return;
        }
        if (tries == 9) {
          strange.add("DELETE: " + reply.status() + " " + reply.text());
        }
      } catch (CompletionException noAnswer) {
        connectionsLost.incrementAndGet();
      }
      pause(random, 500);
    }
  }

  private interface Call {
    Reply answer();
  }

  private Reply timed(Call call) {
    long begun = System.nanoTime();
    try {
      return call.answer();
    } finally {
      long took = Duration.ofNanos(System.nanoTime() - begun).toMillis();
      slowestMillis.accumulateAndGet(took, Math::max);
      if (took > BOUND.toMillis()) {
        strange.add("no answer in " + took + " ms");
      }
    }
  }

  private static void pause(Random random, int mostMillis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1 + random.nextInt(mostMillis)));
  }

  /** Lets every client finish what it is at. */
  void stop() throws InterruptedException {
    stopping = true;
    for (Thread thread : threads) {
      thread.join(BOUND.toMillis());
      if (thread.isAlive()) {
        strange.add(thread.getName() + " never got its answer");
      }
    }
  }

  @Override
  public void close() {
    stopping = true;
  }
}
