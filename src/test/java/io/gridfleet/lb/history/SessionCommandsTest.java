package io.gridfleet.lb.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.history.CommandSummary.Entry;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.HistoryWriter.Room;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The counts of commands are exact, what is kept of them is bounded, and nothing leaks. */
final class SessionCommandsTest {
  private final List<CommandRecord> written = new ArrayList<>();
  private final HistoryWriter<CommandRecord> writer =
      new HistoryWriter<>(
          batch -> {
            written.addAll(batch);
            return CompletableFuture.completedFuture(Result.WRITTEN);
          },
          new Room(1_000, 1_000_000, 100),
          CommandRecord::weight,
          dropped -> {});
  private final SessionCommands commands =
      new SessionCommands(writer, "r1", InstantSource.system());

  private static Entry entry(int millis, int status) {
    Instant at = Instant.EPOCH.plusMillis(millis);
    return new Entry("GET", "/url", Duration.ofMillis(millis), status, at);
  }

  private void command(String session, int millis, int status) {
    commands.began(session);
    commands.ended(session, entry(millis, status), status >= 400);
  }

  @Test
  void theSlowestAndTheLatestErrorsAreKept() {
    IntStream.range(0, 50).forEach(i -> command("s", 1_000 + i * 7 % 50, 200));
    IntStream.range(0, 30).forEach(i -> command("s", i, 500));
    command("s", 999, 200);

    CommandSummary summary = commands.find("s").orElseThrow();

    assertThat(summary.count()).isEqualTo(81);
    assertThat(summary.errors()).isEqualTo(30);
    assertThat(summary.slow()).isEqualTo(50);
    assertThat(summary.slowest())
        .extracting(each -> each.took().toMillis())
        .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(i -> 1_049L - i).toList());
    assertThat(summary.recentErrors())
        .extracting(each -> each.took().toMillis())
        .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(i -> 29L - i).toList());
  }

  @Test
  void aCommandThatWasNeitherSlowNorFailedIsCountedAndWritten() {
    commands.began("s");
    commands.counted("s");
    commands.counted("s");
    command("s", 1, 500);
    commands.counted("unknown");

    CommandSummary summary = commands.find("s").orElseThrow();
    assertThat(summary.count()).isEqualTo(3);
    assertThat(summary.errors()).isEqualTo(1);
    commands.snapshot();
    commands.snapshot();
    commands.counted("s");
    commands.snapshot();
    writer.tick();
    assertThat(commands.find("unknown")).isEmpty();
    assertThat(written).extracting(record -> record.commands().count()).containsExactly(3L, 4L);
  }

  @Test
  void commandsOfSeveralEventLoopsAreCountedAndTheLastOfThemIsWritten() throws Exception {
    int each = 20_000;
    commands.began("s");
    List<Thread> loops =
        IntStream.range(0, 3)
            .mapToObj(i -> new Thread(() -> IntStream.range(0, each).forEach(n -> countOne())))
            .toList();
    loops.forEach(Thread::start);
    while (loops.stream().anyMatch(Thread::isAlive)) {
      commands.snapshot();
      writer.tick();
    }
    for (Thread loop : loops) {
      loop.join();
    }
    commands.snapshot();
    writer.tick();

    assertThat(written.get(written.size() - 1).commands().count()).isEqualTo(3L * each);
  }

  private void countOne() {
    commands.counted("s");
  }

  @Test
  void anEndedSessionIsWrittenOnceAndForgotten() {
    command("s", 1, 200);
    commands.snapshot();
    commands.snapshot();
    commands.began("never used");
    command("s", 1, 404);
    commands.forget("s");
    commands.forget("never used");
    commands.ended("s", entry(1, 200), false);
    writer.tick();

    assertThat(commands.known()).isZero();
    assertThat(commands.find("s")).isEmpty();
    assertThat(written).extracting(record -> record.commands().count()).containsExactly(1L, 2L);
    assertThat(written.get(1).commands().recentErrors()).hasSize(1);
    assertThat(written.get(1).began())
        .as("what rows of a session are found and replaced by")
        .isEqualTo(written.get(0).began());
  }

  @Test
  void eachOfManyBusySessionsIsWrittenInItsTurn() {
    for (int turn = 0; turn < 3; turn++) {
      IntStream.range(0, 500).forEach(i -> command("s" + i, 1, 200));
      commands.snapshot();
      writer.tick();
    }

    assertThat(written.stream().map(CommandRecord::session).distinct()).hasSize(500);
  }

  @Test
  void whatAllSessionsKeepIsBoundedAndIsFreedWithThem() {
    for (int session = 0; session < 11_000; session++) {
      for (int i = 0; i < 20; i++) {
        command("s" + session, 1, 500);
      }
    }
    assertThat(commands.find("s10999").orElseThrow().recentErrors()).isEmpty();
    assertThat(commands.find("s10999").orElseThrow().errors()).isEqualTo(20);

    commands.forget("s0");
    command("s10999", 1, 500);
    assertThat(commands.find("s10999").orElseThrow().recentErrors()).hasSize(1);
  }

  @Test
  void summariesOfReplicasAreAddedUp() {
    CommandSummary one =
        new CommandSummary(3, 1, 1, List.of(entry(2_000, 200)), List.of(entry(5, 500)));
    CommandSummary other =
        new CommandSummary(4, 2, 1, List.of(entry(3_000, 200)), List.of(entry(9, 404)));

    CommandSummary both = one.and(other);

    assertThat(both.count()).isEqualTo(7);
    assertThat(both.errors()).isEqualTo(3);
    assertThat(both.slowest()).containsExactly(entry(3_000, 200), entry(2_000, 200));
    assertThat(both.recentErrors()).containsExactly(entry(9, 404), entry(5, 500));
  }
}
