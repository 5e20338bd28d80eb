package io.gridfleet.lb.app.cli;

import io.gridfleet.lb.app.wiring.Draining;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the server in order on SIGINT and SIGTERM, so that the exit status is 0.
 *
 * <p>Effect of a signal by state: STARTING: the process halts with status 0, since no client is
 * connected yet; SERVING: the thread {@code stop} drains and closes; DRAINING: the drain ends at
 * once and closing continues; CLOSING: the process halts with status 1, for a close that hangs. The
 * state is guarded by this. If the JVM doesn't deliver signals, a shutdown hook drains and closes,
 * a second signal changes nothing, and the exit status is the JVM's own (143 or 130).
 */
final class StopOnSignal {
  private static final Logger log = LoggerFactory.getLogger(StopOnSignal.class);
  private static final int FORCED = 1;

  private enum State {
    STARTING,
    SERVING,
    DRAINING,
    CLOSING
  }

  /** The server to stop; returns when it is closed. */
  interface Stop {
    void run(Draining draining);
  }

  private final CountDownLatch stopped = new CountDownLatch(1);
  private State state = State.STARTING;
  private Draining draining = new Draining(Duration.ZERO);
  private Supplier<Draining> drain = () -> draining;
  private Stop stop = ending -> {};

  /** Handles the signals from here on. */
  static StopOnSignal handle() {
    StopOnSignal handling = new StopOnSignal();
    boolean terminate = ProcessSignals.on("TERM", handling::signalled);
    boolean interrupt = ProcessSignals.on("INT", handling::signalled);
    if (!terminate || !interrupt) {
      Runtime.getRuntime().addShutdownHook(new Thread(handling::hook, "stop"));
    }
    return handling;
  }

  /** The server runs: from here on the first signal drains. */
  synchronized void serving(Supplier<Draining> draining, Stop ending) {
    drain = draining;
    stop = ending;
    state = State.SERVING;
  }

  /** Returns when the server has stopped. */
  void awaitStopped() throws InterruptedException {
    stopped.await();
  }

  private synchronized void signalled() {
    switch (state) {
      case STARTING -> Runtime.getRuntime().halt(0);
      case SERVING -> {
        state = State.DRAINING;
        draining = drain.get();
        new Thread(this::stopInOrder, "stop").start();
      }
      case DRAINING -> {
        state = State.CLOSING;
        draining.endNow();
      }
      case CLOSING -> {
        log.warn("stopped by a third signal before everything was closed");
        Runtime.getRuntime().halt(FORCED);
      }
    }
  }

  private void stopInOrder() {
    try {
      stop.run(draining);
    } finally {
      stopped.countDown();
    }
  }

  private void hook() {
    synchronized (this) {
      if (state != State.SERVING) {
        return;
      }
      state = State.CLOSING;
      draining = drain.get();
    }
    stopInOrder();
  }
}
