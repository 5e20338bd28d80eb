package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreKind;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ConditionTimeoutException;
import org.jdbi.v3.core.Handle;

/** Lets operations wait together: holds the writer in one of its own until they all wait. */
final class HeldWriter {
  private HeldWriter() {}

  /** Submits operations, all of which wait when the writer takes the next. */
  static <T> T together(StoreKind kind, SqlStore store, Supplier<T> submitted) {
    Optional<T> result = Optional.empty();
    while (result.isEmpty()) {
      // The pool may prefer this thread to the writer, which has yet to execute the last try.
      untilNoneWaits(store, await());
      result = store.jdbi().inTransaction(handle -> whileHeld(handle, kind, store, submitted));
    }
    return result.get();
  }

  /** Empty if the writer is held in an operation of the heartbeat, so that the first one waits. */
  private static <T> Optional<T> whileHeld(
      Handle handle, StoreKind kind, SqlStore store, Supplier<T> submitted) {
    if (kind == StoreKind.POSTGRESQL) {
      handle.execute("LOCK TABLE avoided_devices IN EXCLUSIVE MODE");
    }
    CompletionStage<?> first = store.avoidedDevices().avoid(device(), MINUTE, "holds the writer");
    try {
      untilNoneWaits(store, await().atMost(Duration.ofSeconds(1)));
    } catch (ConditionTimeoutException notHeld) {
      return Optional.empty();
    }
    T result = submitted.get();
    handle.commit();
    if (kind == StoreKind.POSTGRESQL) {
      Facts.now(first);
    }
    return Optional.of(result);
  }

  /**
   * A statement waits from the call that submits it until a thread takes it, microseconds later.
   */
  private static void untilNoneWaits(SqlStore store, ConditionFactory patience) {
    patience
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> store.waitingStatements() == 0);
  }
}
