package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreKind;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Lets operations wait together: holds the writer in one of its own until they all wait. */
final class HeldWriter {
  private HeldWriter() {}

  /** Submits operations, all of which wait when the writer takes the next. */
  static <T> T together(StoreKind kind, SqlStore store, Supplier<T> submitted) {
    return store
        .jdbi()
        .inTransaction(
            handle -> {
              if (kind == StoreKind.POSTGRESQL) {
                handle.execute("LOCK TABLE avoided_devices IN EXCLUSIVE MODE");
              }
              CompletionStage<?> first =
                  store.avoidedDevices().avoid(device(), MINUTE, "holds the writer");
              await().until(() -> store.waitingStatements() == 0);
              T result = submitted.get();
              handle.commit();
              if (kind != StoreKind.POSTGRESQL) {
                return result;
              }
              Facts.now(first);
              return result;
            });
  }
}
