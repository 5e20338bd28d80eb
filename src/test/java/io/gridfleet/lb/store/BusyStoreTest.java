package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.store.sql.SqlStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** More statements than the store can execute. */
final class BusyStoreTest {

  @Test
  void statementsBeyondTheBoundFailAtOnceAndTheOthersAreCarriedOut() {
    AtomicInteger refused = new AtomicInteger();
    StoreListener counting =
        new StoreListener() {
          @Override
          public void statementRefused(String statement) {
            refused.incrementAndGet();
          }
        };
    StoreConfig config = StoreConfig.at(new StoreAddress.SqliteMemory()).withConnections(1, 3);
    try (SqlStore store = StoreKind.open(config, counting)) {
      List<CompletionStage<?>> carriedOut =
          store
              .jdbi()
              .withHandle(
                  everythingWaitsForThis -> {
                    List<CompletionStage<?>> waiting = new ArrayList<>();
                    waiting.add(store.deviceLocks().held());
                    await().until(() -> store.waitingStatements() == 0);
                    for (int i = 0; i < 3; i++) {
                      waiting.add(store.deviceLocks().held());
                    }
                    assertThatThrownBy(() -> now(store.deviceLocks().held()))
                        .isInstanceOf(StoreBusyException.class)
                        .hasMessageContaining("3 statements are waiting");
                    return waiting;
                  });

      carriedOut.forEach(Facts::now);
      assertThat(refused.get()).isEqualTo(1);
      assertThat(store.isUp()).isTrue();
    }
  }

  @Test
  void aClosedStoreFailsStatementsAsClosed() {
    SqlStore store = StoreKind.SQLITE_MEMORY.open();
    store.close();
    store.close();

    assertThatThrownBy(() -> now(store.deviceLocks().held()))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("closed");
  }
}
