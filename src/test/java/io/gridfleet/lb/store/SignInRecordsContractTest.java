package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.ui.SignInRecords;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link SignInRecords} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class SignInRecordsContractTest {
  private final StoreKind kind;
  private SqlStore store;
  private SignInRecords records;

  SignInRecordsContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    records = store.signInRecords();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void theFirstKeyStays() {
    byte[] first = now(records.key(new byte[] {1, 2, 3}));
    assertThat(now(records.key(new byte[] {4, 5, 6}))).isEqualTo(first);
  }

  @Test
  void endedSignInsAreReturnedUntilTheyWouldHaveExpired() {
    Instant later = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.MILLIS);
    now(records.end("live", later));
    now(records.end("live", later));
    now(records.end("over", Instant.now().minusSeconds(600)));
    assertThat(now(records.ended(10))).containsEntry("live", later).doesNotContainKey("over");
  }
}
