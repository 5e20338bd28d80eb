package io.gridfleet.lb.cluster;

import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.simulator.SimulatedNode;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Test suites, each on a connection of its own: a session, some commands, the end, and again. Every
 * command is distinct, and none is sent twice. The results are counted. All suites share one
 * thread.
 */
final class Clients implements AutoCloseable {
  /** A request that waits for a device waits 8 s, and its attempts 10 s each. */
  static final Duration BOUND = Duration.ofSeconds(45);

  private static final String ASKED =
      Lab.w3c(
          "'platformName':'Android','appium:newCommandTimeout':12,"
              + "'gridfleet:waitForDeviceOnlineTimeout':8");

  private final EventLoopGroup loops = SimulatedNode.newLoops(1);
  private final List<Suite> suites = new ArrayList<>();
  private final AtomicInteger commandNumber = new AtomicInteger();
  private volatile boolean stopping;

  /** The results of requests. */
  final AtomicInteger served = new AtomicInteger();

  final AtomicInteger commands = new AtomicInteger();
  final AtomicInteger connectionsLost = new AtomicInteger();
  final AtomicInteger commandsFailed = new AtomicInteger();
  final AtomicLong slowestMillis = new AtomicLong();
  final Map<String, AtomicInteger> refused = new ConcurrentHashMap<>();
  final Map<String, AtomicInteger> failures = new ConcurrentHashMap<>();
  final Queue<String> strange = new ConcurrentLinkedQueue<>();

  /** Sessions that a client had when it got "invalid session id". */
  final Map<String, String> lost = new ConcurrentHashMap<>();

  Clients(URI url, int number, long seed) {
    for (int i = 0; i < number; i++) {
      suites.add(new Suite(url, loops.next(), new Random(seed + i)));
    }
  }

  Clients start() {
    suites.forEach(suite -> suite.later(1_000, suite::begin));
    return this;
  }

  /** One client: its state is the pending request and what follows its answer. */
  private final class Suite {
    private final EventLoop loop;
    private final Random random;
    private final KeptConnection connection;
    private final CompletableFuture<Void> finished = new CompletableFuture<>();

    Suite(URI url, EventLoop loop, Random random) {
      this.loop = loop;
      this.random = random;
      this.connection = new KeptConnection(url, loop);
    }

    private void later(int mostMillis, Runnable next) {
      loop.schedule(next, 1 + random.nextInt(mostMillis), TimeUnit.MILLISECONDS);
    }

    private void begin() {
      if (stopping) {
        finished.complete(null);
        return;
      }
      send("POST", "/session", ASKED, this::answered, () -> later(200, this::begin));
    }

    private void answered(Reply reply) {
      if (reply.status() == 200) {
        served.incrementAndGet();
        use(reply.sessionId(), 2 + random.nextInt(8));
      } else {
        count(refused, reply);
        later(2_000, this::begin);
      }
    }

    private void use(String session, int commandsLeft) {
      if (commandsLeft > 0 && !stopping) {
        later(120, () -> command(session, commandsLeft));
      } else if (random.nextInt(20) > 0) {
        end(session, 0);
      } else {
        begin();
      }
    }

    private void command(String session, int commandsLeft) {
      String path = "/element/e" + commandNumber.incrementAndGet() + "/click";
      send(
          "POST",
          "/session/" + session + path,
          "{}",
          reply -> {
            commands.incrementAndGet();
            if (reply.error().equals("invalid session id")) {
              lost.put(session, path + " " + reply.text());
              begin();
              return;
            }
            if (reply.status() != 200) {
              commandsFailed.incrementAndGet();
              count(failures, reply);
            }
            use(session, commandsLeft - 1);
          },
          () -> use(session, commandsLeft - 1));
    }

    /** Delete Session may be repeated: the second time it finds nothing. */
    private void end(String session, int tries) {
      send(
          "DELETE",
          "/session/" + session,
          "",
          reply -> {
            if (reply.status() == 200 || reply.error().equals("invalid session id")) {
              begin();
            } else {
              endAgain(session, tries, reply.status() + " " + reply.text());
            }
          },
          () -> endAgain(session, tries, "no answer"));
    }

    private void endAgain(String session, int tries, String why) {
      if (tries == 20) {
        strange.add("DELETE: " + why);
        begin();
      } else {
        later(1_000, () -> end(session, tries + 1));
      }
    }

    private void send(
        String method, String path, String body, Consumer<Reply> answered, Runnable noAnswer) {
      long begun = System.nanoTime();
      connection
          .send(method, path, body)
          .whenComplete((reply, failure) -> timed(begun, method + " " + path))
          .whenComplete(
              (reply, failure) -> {
                if (failure != null) {
                  connectionsLost.incrementAndGet();
                  loop.execute(noAnswer);
                } else {
                  loop.execute(() -> answered.accept(reply));
                }
              });
    }
  }

  private void timed(long begun, String what) {
    long took = Duration.ofNanos(System.nanoTime() - begun).toMillis();
    slowestMillis.accumulateAndGet(took, Math::max);
    if (took > BOUND.toMillis()) {
      strange.add(what + ": no answer in " + took + " ms");
    }
  }

  private static void count(Map<String, AtomicInteger> counts, Reply reply) {
    String text = reply.value().path("message").asText(reply.text());
    String begin = text.substring(0, Math.min(90, text.length())).replaceAll("[0-9]+", "#");
    counts
        .computeIfAbsent(reply.error() + ": " + begin, key -> new AtomicInteger())
        .incrementAndGet();
  }

  /** Lets every client finish its pending request and end its session. */
  void stop() throws InterruptedException {
    stopping = true;
    long end = System.nanoTime() + BOUND.multipliedBy(2).toNanos();
    for (int i = 0; i < suites.size(); i++) {
      if (!finishes(suites.get(i).finished, end - System.nanoTime())) {
        strange.add("client " + i + " never came to its end");
      }
    }
  }

  private static boolean finishes(CompletableFuture<Void> finished, long nanos)
      throws InterruptedException {
    try {
      finished.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException | ExecutionException notDone) {
      return false;
    }
  }

  @Override
  public void close() {
    stopping = true;
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
