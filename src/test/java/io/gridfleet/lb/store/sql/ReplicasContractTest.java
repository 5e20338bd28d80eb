package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static io.gridfleet.lb.store.Facts.published;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.IdempotencyRecords.Answered;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.replica.Replicas;
import io.gridfleet.lb.store.replica.SharedDuties;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link Replicas}, {@link SharedDuties} and the pruning promise, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class ReplicasContractTest {
  private final StoreKind kind;
  private SqlStore store;

  ReplicasContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aReplicaIsAliveFromItsStart() {
    assertThat(now(store.replicas().alive()))
        .singleElement()
        .satisfies(one -> assertThat(one.id()).isEqualTo(store.replicas().own()));
  }

  @Test
  void aTurnIsGivenOnceUntilTheNextIsDue() {
    assertThat(now(store.duties().takeTurn("reap", Duration.ofMillis(300)))).isTrue();
    assertThat(now(store.duties().takeTurn("reap", MINUTE))).isFalse();
    assertThat(now(store.duties().takeTurn("other", MINUTE))).isTrue();

    await().until(() -> now(store.duties().takeTurn("reap", MINUTE)));
    assertThat(now(store.duties().takeTurn("reap", MINUTE))).isFalse();
  }

  @Test
  void pruningDeletesWhatIsOverAndNothingElse() {
    Session ended = published(store);
    now(store.sessionMap().end(ended.id(), EndReason.IDLE));
    Session live = published(store);
    now(store.idempotencyRecords().record("old", "claim", answer(), Duration.ofMillis(-1)));
    now(store.idempotencyRecords().record("new", "claim", answer(), MINUTE));
    now(store.avoidedDevices().avoid(device(), Duration.ofMillis(-1), "x"));

    assertThat(new Pruning(store.jdbi(), Duration.ofDays(14)).run())
        .as("the record of the ended session is young")
        .isEqualTo(2);
    assertThat(Facts.newest(store, 10)).hasSize(2);

    await().until(() -> new Pruning(store.jdbi(), Duration.ZERO).run() == 1);
    assertThat(Facts.newest(store, 10))
        .singleElement()
        .satisfies(record -> assertThat(record.session().id()).isEqualTo(live.id()));
    assertThat(now(store.idempotencyRecords().find("new"))).isPresent();
  }

  @Test
  void pruningGoesOnOverManySteps() {
    store
        .jdbi()
        .useHandle(
            handle -> {
              var batch =
                  handle.prepareBatch(
                      "INSERT INTO idempotency_records VALUES (:key, 'h', 200, :body, 0)");
              for (int i = 0; i < 1_201; i++) {
                batch.bind("key", "k" + i).bind("body", new byte[0]).add();
              }
              batch.execute();
            });

    assertThat(new Pruning(store.jdbi(), MINUTE).run()).isEqualTo(1_201);
  }

  private static Answered answer() {
    return new Answered("hash", 200, new byte[] {1});
  }
}
