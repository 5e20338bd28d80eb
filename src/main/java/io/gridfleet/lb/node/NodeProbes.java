package io.gridfleet.lb.node;

import io.gridfleet.lb.node.NodeHealth.State;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every node again and again whether it lives, and tells a listener when that changes.
 *
 * <p>Of each node: at most one question is out; the listener has been told of an answer before the
 * next question is due. The lock of a node guards its schedule only and is never held across a
 * call.
 */
public final class NodeProbes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NodeProbes.class);

  /** Who starts 500 nodes at once shouldn't ask them all in one millisecond. */
  private static final Duration FIRST_WITHIN = Duration.ofMillis(250);

  /** A failed attempt asks anew only what wasn't asked just now. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  /** Pauses vary by a tenth up and down, so that nodes don't fall into step. */
  private static final double JITTER = 0.1;

  private final ProbeConfig config;
  private final NodeProbeListener listener;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final StatusProbe question;
  private final Map<NodeId, Watched> watched = new ConcurrentHashMap<>();

  /**
   * Asks nobody until {@link #watch} is called.
   *
   * @param timer runs hand-overs only; the questions have threads of their own
   */
  public NodeProbes(
      ProbeConfig config,
      NodeTrust trust,
      NodeProbeListener listener,
      ScheduledExecutorService timer,
      InstantSource clock,
      RandomGenerator random) {
    this.config = config;
    this.listener = listener;
    this.timer = timer;
    this.clock = clock;
    this.random = random;
    this.question = new StatusProbe(config.timeout(), trust);
  }

  /** The nodes to ask from now on; what is known of those that stay is kept. */
  public void watch(Collection<Node> nodes) {
    Map<NodeId, Node> wanted =
        nodes.stream().collect(Collectors.toMap(Node::id, node -> node, (first, same) -> first));
    watched.forEach(
        (id, old) -> {
          Node now = wanted.get(id);
          if (now == null || !now.url().equals(old.node.url())) {
            watched.remove(id);
            old.leave();
          }
        });
    wanted.forEach((id, node) -> watched.computeIfAbsent(id, key -> new Watched(node)).join());
  }

  /** What is known of each node now. */
  public Map<NodeId, NodeHealth> health() {
    return watched.entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, it -> it.getValue().health));
  }

  /** An attempt couldn't reach this node: it is asked at once, unless it was asked just now. */
  public void reportCreateFailure(NodeId id) {
    Watched node = watched.get(id);
    if (node != null) {
      node.hurry();
    }
  }

  @Override
  public void close() {
    watched.values().forEach(Watched::leave);
    watched.clear();
    question.close();
  }

  /**
   * A node and its schedule. Health and browsers change only between a question's answer and the
   * next one.
   */
  private final class Watched {
    private final Node node;
    private volatile NodeHealth health = NodeHealth.UNKNOWN;
    private Map<String, String> browsers = Map.of();
    private Instant lastAsked = Instant.MIN;
    private @Nullable Future<?> due;
    private boolean asking;
    private boolean joined;
    private boolean gone;

    Watched(Node node) {
      this.node = node;
    }

    synchronized void join() {
      if (!joined) {
        joined = true;
        schedule(FIRST_WITHIN.multipliedBy(random.nextInt(100)).dividedBy(100));
      }
    }

    synchronized void leave() {
      gone = true;
      if (due != null) {
        due.cancel(false);
      }
    }

    void hurry() {
      synchronized (this) {
        boolean fresh = lastAsked.plus(FRESH).isAfter(clock.instant());
        if (asking || gone || fresh) {
          return;
        }
        if (due != null) {
          due.cancel(false);
        }
      }
      ask();
    }

    private void ask() {
      synchronized (this) {
        if (asking || gone) {
          return;
        }
        asking = true;
        lastAsked = clock.instant();
      }
      var unused =
          question
              .ask(node, health.misses() == 0)
              .exceptionally(mistake -> StatusProbe.Status.missed("it can't be asked: " + mistake))
              .thenAccept(this::received);
    }

    private void received(StatusProbe.Status status) {
      State before = health.state();
      NodeHealth now =
          status
              .miss()
              .map(cause -> health.missed(cause, config))
              .orElseGet(() -> health.answered(config));
      health = now;
      if (before != now.state() && !isGone()) {
        publish(now);
      }
      boolean told = status.miss().isEmpty() && !status.browsers().equals(browsers);
      if (told && !isGone()) {
        browsers = status.browsers();
        publish(browsers);
      }
      synchronized (this) {
        asking = false;
        schedule(jittered(now.pause(config)));
      }
    }

    private synchronized boolean isGone() {
      return gone;
    }

    /** A listener that fails doesn't end the node's questions. */
    private void publish(Map<String, String> versions) {
      try {
        listener.browsersTold(node.id(), versions);
      } catch (RuntimeException mistake) {
        log.error("the browsers of node {} can't be taken over", node.id(), mistake);
      }
    }

    private void publish(NodeHealth now) {
      try {
        if (now.state() == State.UP) {
          listener.nodeUp(node.id());
        } else {
          listener.nodeDown(node.id(), now.cause());
        }
      } catch (RuntimeException mistake) {
        log.error("a listener failed on the news of node {}", node.id(), mistake);
      }
    }

    private void schedule(Duration pause) {
      if (gone) {
        return;
      }
      try {
        due = timer.schedule(this::ask, pause.toNanos(), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException stopping) {
        gone = true;
      }
    }
  }

  private Duration jittered(Duration pause) {
    double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
    return Duration.ofNanos((long) (pause.toNanos() * factor));
  }
}
