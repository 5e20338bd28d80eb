package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.session.IdempotencyRecords;
import io.gridfleet.lb.session.IdempotencyRecords.Answered;
import io.gridfleet.lb.session.IdempotencyRecords.Ours;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link IdempotencyRecords} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class IdempotencyRecordsContractTest {
  private static final byte[] BODY = {'{', 0, (byte) 0xff, '}'};

  private final StoreKind kind;
  private SqlStore store;
  private IdempotencyRecords records;

  IdempotencyRecordsContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    records = store.idempotencyRecords();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void anAnswerIsKeptToTheByte() {
    now(records.record("key", "claim", new Answered("hash", 200, BODY), MINUTE));

    Answered found = now(records.find("key")).orElseThrow();

    assertThat(found.body()).isEqualTo(BODY);
    assertThat(found.status()).isEqualTo(200);
    assertThat(found.bodyHash()).isEqualTo("hash");
    assertThat(now(records.find("KEY"))).isEmpty();
  }

  @Test
  void aKeyIsTakenAndLetGo() {
    assertThat(now(records.claim("key", "hash", "one"))).isEqualTo(new Ours());
    assertThat(now(records.claim("other", "hash", "two"))).isEqualTo(new Ours());
    now(records.release("key", "not this one"));
    now(records.release("key", "one"));

    assertThat(now(records.claim("key", "another", "three"))).isEqualTo(new Ours());
  }

  @Test
  void whatWasAnsweredIsNotTakenAgain() {
    now(records.claim("key", "hash", "one"));
    now(records.record("key", "one", new Answered("hash", 200, BODY), MINUTE));

    assertThat(now(records.claim("key", "hash", "two")))
        .isInstanceOfSatisfying(Answered.class, it -> assertThat(it.body()).isEqualTo(BODY));
    now(records.release("key", "two"));
    assertThat(now(records.claim("key", "hash", "three"))).isInstanceOf(Answered.class);
  }

  @Test
  void whatThisReplicaTookBeforeItTakesAgainAndOnlyTheLastCounts() {
    now(records.claim("key", "hash", "one"));
    assertThat(now(records.claim("key", "other", "two"))).isEqualTo(new Ours());
    now(records.release("key", "one"));

    now(records.release("key", "two"));
    assertThat(now(records.claim("key", "third", "three"))).isEqualTo(new Ours());
  }

  @Test
  void theFirstAnswerStays() {
    now(records.record("key", "claim", new Answered("first", 200, BODY), MINUTE));
    now(records.record("key", "claim", new Answered("second", 500, BODY), MINUTE));

    assertThat(now(records.find("key")).orElseThrow().bodyHash()).isEqualTo("first");
  }

  @Test
  void anAnswerWhoseTimeIsOverMakesRoom() {
    now(records.record("key", "claim", new Answered("first", 200, BODY), Duration.ofMillis(50)));
    await().untilAsserted(() -> assertThat(now(records.find("key"))).isEmpty());

    now(records.record("key", "claim", new Answered("second", 201, BODY), MINUTE));

    assertThat(now(records.find("key")).orElseThrow().status()).isEqualTo(201);
  }
}
