package io.gridfleet.lb.node;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.node.NodeHealth.State;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the liveness of every node periodically and notifies a listener of changes.
 *
 * <p>At most one probe of each node is running, and the listener is notified of its result before
 * the next one is scheduled. The lock of a node guards its schedule only and is never held across a
 * call. The locks of {@link #notifying} order notifications, and are held while one is delivered:
 * once a node is gone, a notification of it that is being delivered ends before one of its
 * successor of the same id begins, and no other follows.
 *
 * <p>States of a node's schedule: created; waiting for {@link Watched#due}; probing; gone. From
 * {@code probing} it returns to waiting whatever the result. Only {@link #watch} and {@link #close}
 * lead to {@code gone}, and a timer that is shut down; a probe that is running then completes
 * without a notification.
 *
 * <p>Threads: the timer starts probes, {@code node-*} threads complete them and call the listener,
 * a reload calls {@link #watch}, event loops call {@link #reportCreateFailure}. A node whose URL
 * has changed is another one here: it starts with unknown health, next to a probe of the former URL
 * that may still be running.
 *
 * <p>Bounds: one timer and at most one call for each node. However many attempts fail, their
 * reports have a node probed once in {@link #MIN_PAUSE}. Calls beyond the threads of {@link
 * StatusProbe} wait for one; because the next probe of a node is scheduled after its call, they
 * don't pile up.
 */
public final class NodeProbes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NodeProbes.class);

  /** The first probes are spread over this time. */
  private static final Duration FIRST_WITHIN = Duration.ofMillis(250);

  /** Failed attempts probe their node no sooner than this time after its last probe began. */
  private static final Duration MIN_PAUSE = Duration.ofSeconds(1);

  /** Pauses vary by a tenth up and down, so that probes of different nodes don't synchronize. */
  private static final double JITTER = 0.1;

  /** As many as there are threads of {@link StatusProbe}, so that few wait for another node. */
  private static final int NOTIFYING = 64;

  private final ProbeConfig config;
  private final NodeProbeListener listener;
  private final ScheduledExecutorService timer;
  private final RandomGenerator random;
  private final StatusProbe probe;

  /** One for each node by its id, which several share. Acquired before that of a node. */
  private final List<Object> notifying = Stream.generate(Object::new).limit(NOTIFYING).toList();

  /** Changed by {@link #watch} and {@link #close} only. */
  private final Map<NodeId, Watched> watched = new ConcurrentHashMap<>();

  /**
   * Creates probes; none is sent until {@link #watch} is called.
   *
   * @param timer starts probes only; their calls have threads of their own
   */
  public NodeProbes(
      ProbeConfig config,
      NodeTrust trust,
      NodeProbeListener listener,
      ScheduledExecutorService timer,
      RandomGenerator random) {
    this.config = config;
    this.listener = listener;
    this.timer = timer;
    this.random = random;
    this.probe = new StatusProbe(config.timeout(), trust);
  }

  /** Sets the nodes to probe; the health of nodes that are probed already is kept. */
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

  /** Returns the current health of each node. */
  public Map<NodeId, NodeHealth> health() {
    return watched.entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, it -> it.getValue().health));
  }

  /**
   * Reports that an attempt got no answer from this node: a probe that begins after this report is
   * sent, at once or a second after the last one began. Any thread; doesn't block.
   */
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
    probe.close();
  }

  /**
   * A node and its schedule. {@code health} and {@code browsers} are written by the completion of a
   * probe only, one after the other; the lock is acquired between two probes, so that each sees
   * what the one before has written.
   *
   * <p>Invariant while it is joined and not gone: either it is probing, or {@code due} is a task
   * that hasn't acquired the lock yet. A new task is scheduled only after the former one has done
   * so or was cancelled.
   */
  private final class Watched {
    private final Node node;

    /** Read by any thread. */
    private volatile NodeHealth health = NodeHealth.UNKNOWN;

    /** As last reported: a probe without an answer leaves them as they are. */
    private Map<String, String> browsers = Map.of();

    /** The fields from here on are guarded by this object's lock. */
    private long lastBegan = System.nanoTime() - MIN_PAUSE.toNanos();

    /** The task of the next probe; the former one while a probe is running. */
    private @Nullable ScheduledFuture<?> due;

    /** From before the request is sent until after the listener was notified of the result. */
    private boolean probing;

    /** Whether an attempt failed while a probe was running, whose answer may be older than that. */
    private boolean reported;

    /** Whether the first probe is scheduled: each reload joins all nodes again. */
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

    /**
     * Brings the next probe forward. The probe is started by the timer, because the first one
     * builds its client. A task that is due sooner is left alone, also one that is waiting for this
     * lock: its probe begins after this report.
     */
    synchronized void hurry() {
      if (probing) {
        reported = true;
        return;
      }
      Duration pause = untilMinPause();
      if (due != null && due.getDelay(TimeUnit.NANOSECONDS) > pause.toNanos()) {
        due.cancel(false);
        schedule(pause);
      }
    }

    private Duration untilMinPause() {
      long since = System.nanoTime() - lastBegan;
      return Duration.ofNanos(Math.max(0, MIN_PAUSE.toNanos() - since));
    }

    /** On the timer. The node may have left while the task waited for the lock. */
    private void ask() {
      synchronized (this) {
        if (probing || gone) {
          return;
        }
        probing = true;
        lastBegan = System.nanoTime();
      }
      Failures.log(
          asked()
              .exceptionally(mistake -> StatusProbe.Status.missed("the probe failed: " + mistake))
              .thenAccept(this::received),
          "the probe of node " + node.id());
    }

    private CompletionStage<StatusProbe.Status> asked() {
      try {
        return probe.ask(node, health.misses() == 0);
      } catch (RuntimeException mistake) {
        return CompletableFuture.failedFuture(mistake);
      }
    }

    /**
     * Applies a result. Reports that arrived while the probe was running count from its end: its
     * answer may be older than they are.
     */
    private void received(StatusProbe.Status status) {
      State before = health.state();
      NodeHealth now =
          status
              .miss()
              .map(cause -> health.missed(cause, config))
              .orElseGet(() -> health.answered(config));
      health = now;
      publish(status, before != now.state());
      synchronized (this) {
        probing = false;
        schedule(jittered(now.pause(config)));
        if (reported) {
          reported = false;
          hurry();
        }
      }
    }

    /**
     * The node may leave while the listener is called, which is without the node's lock; a
     * successor of the same id then waits with its notifications.
     */
    private void publish(StatusProbe.Status status, boolean stateChanged) {
      boolean browsersChanged = status.miss().isEmpty() && !status.browsers().equals(browsers);
      if (!stateChanged && !browsersChanged) {
        return;
      }
      synchronized (notifying.get(Math.floorMod(node.id().hashCode(), NOTIFYING))) {
        if (stateChanged && !isGone()) {
          publish(health);
        }
        if (browsersChanged && !isGone()) {
          browsers = status.browsers();
          publish(browsers);
        }
      }
    }

    private synchronized boolean isGone() {
      return gone;
    }

    /** An exception of the listener doesn't end the node's probes. */
    private void publish(Map<String, String> versions) {
      try {
        listener.browsersReported(node.id(), versions);
      } catch (RuntimeException mistake) {
        log.error("a listener failed on the browsers of node {}", node.id(), mistake);
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
        log.error("a listener failed on the state of node {}", node.id(), mistake);
      }
    }

    /** Called under the lock. */
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
