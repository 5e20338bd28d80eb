package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.gridfleet.lb.history.CommandHistory;
import io.gridfleet.lb.history.CommandRecord;
import io.gridfleet.lb.history.CommandSummary;
import io.gridfleet.lb.history.CommandSummary.Entry;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link CommandHistory} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class CommandHistoryContractTest {
  private static final Entry ENTRY =
      new Entry("POST", "/el\u0000em", Duration.ofMillis(1_500), 500, Instant.ofEpochMilli(7));

  private final StoreKind kind;
  private SqlStore store;
  private CommandHistory history;

  CommandHistoryContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    history = store.commandHistory();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private final Instant began = Instant.now().truncatedTo(ChronoUnit.MILLIS);

  private CommandRecord record(String session, String replica, int count) {
    CommandSummary summary = new CommandSummary(count, 1, 1, List.of(ENTRY), List.of(ENTRY));
    return new CommandRecord(session, replica, began, summary);
  }

  @Test
  void aLaterRecordReplacesThatOfTheSameReplica() {
    now(history.write(List.of(record("s", "r1", 1), record("s", "r2", 5), record("x", "r1", 9))));
    assertThat(now(history.write(List.of(record("s", "r1", 2))))).isEqualTo(Result.WRITTEN);

    List<CommandRecord> found = now(history.of("s"));

    assertThat(found)
        .extracting(CommandRecord::replica, each -> each.commands().count())
        .containsExactlyInAnyOrder(tuple("r1", 2L), tuple("r2", 5L));
    Entry entry = found.get(0).commands().slowest().get(0);
    assertThat(entry.path()).startsWith("/el").endsWith("em");
    assertThat(entry.took()).isEqualTo(ENTRY.took());
    assertThat(entry.at()).isEqualTo(ENTRY.at());
    assertThat(now(history.of("another"))).isEmpty();
  }

  @Test
  void oldRecordsAreDeletedInSteps() {
    for (int i = 0; i < 5; i++) {
      int from = i * 100;
      now(
          history.write(
              IntStream.range(from, from + 100)
                  .mapToObj(each -> record("s" + each, "r1", 1))
                  .toList()));
    }
    store.jdbi().useHandle(handle -> handle.execute("UPDATE session_commands SET began = 0"));
    now(history.write(List.of(record("new", "r1", 1))));

    assertThat(now(history.prune(Duration.ofDays(1), 1_000))).isEqualTo(500);

    assertThat(now(history.of("s7"))).isEmpty();
    assertThat(now(history.of("new"))).hasSize(1);
  }
}
