package io.gridfleet.lb.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.history.CommandRecord;
import io.gridfleet.lb.history.CommandSummary;
import io.gridfleet.lb.history.CommandSummary.Entry;
import io.gridfleet.lb.history.HistoryWriter;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.HistoryWriter.Room;
import io.gridfleet.lb.history.SessionCommands;
import io.gridfleet.lb.relay.CommandReport;
import io.gridfleet.lb.relay.CommandReport.Outcome;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Each command is counted; slow and failed ones are kept. */
final class CommandRecorderTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final SessionId ID = SessionId.parse("abc").orElseThrow();

  private final SessionCommands commands =
      new SessionCommands(
          new HistoryWriter<CommandRecord>(
              batch -> CompletableFuture.completedFuture(Result.WRITTEN),
              new Room(10, 1_000, 10),
              CommandRecord::weight,
              dropped -> {}),
          "r1",
          InstantSource.fixed(NOW));
  private final CommandRecorder recorder = new CommandRecorder(commands, InstantSource.fixed(NOW));

  private void command(Outcome outcome, int status, Duration took) {
    recorder.commandStarted(ID);
    recorder.commandEnded(
        ID,
        new CommandReport(
            "GET", "/session/abc/url?q", outcome, status, 0, 0, took, Duration.ofMillis(1)));
  }

  @Test
  void onlySlowAndFailedCommandsAreKept() {
    Duration quick = CommandSummary.SLOW.minusNanos(1);
    command(Outcome.ANSWERED, 200, quick);
    command(Outcome.ANSWERED, 399, quick);
    command(Outcome.ANSWERED, 400, quick);
    command(Outcome.TIMED_OUT, 0, quick);
    command(Outcome.ANSWERED, 200, CommandSummary.SLOW);

    CommandSummary summary = commands.find("abc").orElseThrow();
    assertThat(summary.count()).isEqualTo(5);
    assertThat(summary.errors()).isEqualTo(2);
    assertThat(summary.slow()).isEqualTo(1);
    assertThat(summary.recentErrors()).extracting(Entry::status).containsExactly(0, 400);
    assertThat(summary.slowest())
        .containsExactly(new Entry("GET", "/url", CommandSummary.SLOW, 200, NOW));
  }
}
