package io.gridfleet.lb.store.signal;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.statement.GroupPlace;
import io.gridfleet.lb.store.statement.Statements;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals by {@code NOTIFY}; received on the one thread {@code store-signals} with a connection of
 * its own, reopened when it breaks. {@link SignalSender} composes what is sent. Changes of the
 * store are signalled by the operations that make them; here are the signals that are no change of
 * it.
 *
 * <p>Threads: any thread publishes, and adds to {@link #unsent}. The thread that sets {@link
 * #sending} submits one operation to the store; the writer takes from {@code unsent} while it
 * executes that; the thread that completes it clears {@code sending} and looks again. Listeners are
 * called by {@code store-signals} only, one signal after the other in the order of their commits,
 * and must not block.
 *
 * <p>Invariants of sending: a signal in {@code unsent} is taken by the operation under way or by
 * the next; at most one operation is under way, so that signals are sent in the order in which they
 * were published. None stays behind: a publisher adds before it reads {@code sending}, the
 * completing thread clears {@code sending} before it reads {@code unsent}, so one of them finds the
 * signal and {@code sending} clear.
 *
 * <p>States of receiving: connecting, listening, pausing after a failure, closed. A listening
 * connection without notifications is checked every {@link Patience#silence}: a server that is gone
 * without closing it can't be distinguished from one without signals. A connection on which the
 * answer takes longer than {@link Patience#answer} is closed, whether its server or the network is
 * the cause.
 *
 * <p>Signals are hints, and get lost: those whose operation failed with those that waited behind
 * them; those that other replicas send before the connection listens again, of which none is
 * received later; those too large for a payload. The sweeps make up for all of them, so no listener
 * may depend on having received every signal.
 *
 * <p>Bounds: {@code unsent} holds what is published while one operation waits and is executed,
 * which the time limits of the store end; while the store is down operations fail at once, and
 * empty it.
 */
final class PostgresSignals implements FleetSignals, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresSignals.class);

  private static final Patience PATIENCE =
      new Patience(Duration.ofSeconds(10), Duration.ofSeconds(3));

  private static final GroupPlace SENDING = GroupPlace.of(GroupPlace.Rank.SIGNAL, "");
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

  /**
   * How long a connection is waited for.
   *
   * @param silence how often an idle one is checked
   * @param answer the time limit of the check
   */
  record Patience(Duration silence, Duration answer) {}

  private final String origin;
  private final SignalText text;
  private final Statements statements;
  private final DataSource source;
  private final Patience patience;
  private final Queue<FleetSignal> unsent = new ConcurrentLinkedQueue<>();

  /** Whether an operation is submitted and not completed; its owner is whoever set it. */
  private final AtomicBoolean sending = new AtomicBoolean();

  private final List<Consumer<FleetSignal>> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean closed;

  PostgresSignals(String origin, Statements statements, DataSource source, SignalText text) {
    this(origin, statements, source, text, PATIENCE);
  }

  PostgresSignals(
      String origin, Statements statements, DataSource source, SignalText text, Patience patience) {
    this.patience = patience;
    this.origin = origin;
    this.text = text;
    this.statements = statements;
    this.source = source;
    this.thread = new Thread(this::listen, "store-signals");
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler(
        (dead, thrown) -> LOG.error("{} failed", dead.getName(), thrown));
  }

  void start() {
    thread.start();
  }

  @Override
  public void onSignal(Consumer<FleetSignal> listener) {
    listeners.add(listener);
  }

  /** The operations of the ports have sent it when they committed. */
  @Override
  public void committed(FleetSignal signal) {}

  @Override
  public void publish(FleetSignal signal) {
    unsent.add(signal);
    sendUnlessSending();
  }

  /**
   * One operation at a time, which keeps the order; signals published meanwhile go with the next.
   * If it is executed again, it sends the same ones and those published since.
   */
  private void sendUnlessSending() {
    if (!unsent.isEmpty() && sending.compareAndSet(false, true)) {
      List<FleetSignal> sent = new ArrayList<>();
      Failures.log(
          statements
              .write("signals.publish", SENDING, (handle, signals) -> send(sent, signals))
              .handle(
                  (count, thrown) -> {
                    sent(thrown);
                    return null;
                  }),
          "sending signals");
    }
  }

  /**
   * On the thread that completed the operation: the writer, or the publisher itself if it was
   * refused. After a failure the signals that wait are dropped too, because they would fail alike
   * in an outage.
   */
  private void sent(@Nullable Throwable thrown) {
    if (thrown != null) {
      LOG.debug("Signals got lost", thrown);
      unsent.clear();
    }
    sending.set(false);
    sendUnlessSending();
  }

  /**
   * Moves what waits to the operation and sends it with its transaction. Executed again after a
   * rollback, as part of another group or alone.
   *
   * @param sent the signals of the operation, confined to the writer
   */
  private int send(List<FleetSignal> sent, Consumer<FleetSignal> signals) {
    for (FleetSignal each = unsent.poll(); each != null; each = unsent.poll()) {
      sent.add(each);
    }
    sent.forEach(signals);
    return sent.size();
  }

  /** Runs until the close. An error that isn't an exception ends it; then only sweeps are left. */
  private void listen() {
    while (!closed) {
      try (Connection connection = source.getConnection()) {
        receive(connection);
      } catch (SQLException e) {
        if (!closed) {
          LOG.debug("No signals for now: {}", DatabaseErrors.sentence(e));
          pause();
        }
      } catch (RuntimeException mistake) {
        LOG.error("Restarting to listen for signals", mistake);
        pause();
      }
    }
  }

  /**
   * The read timeout of the connection concerns the answers to statements: the driver waits for
   * notifications with a time limit of that call.
   */
  private void receive(Connection connection) throws SQLException {
    PGConnection postgres = connection.unwrap(PGConnection.class);
    connection.setNetworkTimeout(Runnable::run, (int) patience.answer().toMillis());
    try (Statement statement = connection.createStatement()) {
      statement.execute("LISTEN " + SignalSender.CHANNEL);
      while (!closed) {
        PGNotification[] received = postgres.getNotifications((int) patience.silence().toMillis());
        if (received == null || received.length == 0) {
          statement.execute("SELECT 1");
        } else {
          List.of(received).forEach(each -> publish(each.getParameter()));
        }
      }
    }
  }

  /** Passes on the signals of a payload; PostgreSQL delivers a replica's own to itself, too. */
  private void publish(String payload) {
    List<String> lines = payload.lines().toList();
    if (lines.isEmpty() || lines.get(0).equals(origin)) {
      return;
    }
    lines.stream()
        .skip(1)
        .map(text::read)
        .flatMap(Optional::stream)
        .forEach(signal -> listeners.forEach(each -> publish(each, signal)));
  }

  /** A listener that fails affects neither the others nor the connection. */
  private static void publish(Consumer<FleetSignal> listener, FleetSignal signal) {
    try {
      listener.accept(signal);
    } catch (RuntimeException thrown) {
      LOG.error("A listener failed on {}", signal, thrown);
    }
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  /**
   * Doesn't wait for the thread: a read isn't interrupted, and ends with its time limit or with the
   * process.
   */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
