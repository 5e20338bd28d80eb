package io.gridfleet.lb.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.HistoryWriter.Room;
import io.gridfleet.lb.history.RequestRecord.Asked;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.history.RequestRow.ServedBy;
import io.gridfleet.lb.history.RequestStep.Kind;
import io.gridfleet.lb.history.RequestStep.NamedDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a replica knows of its requests, and when it is written. */
final class OpenRequestsTest {
  private static final Instant BEGIN = Instant.parse("2026-11-28T06:00:00Z");
  private static final NamedDevice PHONE = new NamedDevice(DeviceId.of("p"), "phone");
  private static final RequestEnd NO_MORE =
      new RequestEnd(Optional.empty(), Optional.empty(), Optional.empty());

  private final List<RequestRecord> written = new ArrayList<>();
  private final AtomicInteger composed = new AtomicInteger();
  private final HistoryWriter<RequestRecord> writer = writer(10_000);
  private Instant now = BEGIN;
  private OpenRequests requests = requests(writer);

  private HistoryWriter<RequestRecord> writer(int room) {
    return new HistoryWriter<>(
        batch -> {
          written.addAll(batch);
          return CompletableFuture.completedFuture(Result.WRITTEN);
        },
        new Room(room, 16L << 20, 100),
        RequestRecord::weight,
        dropped -> {});
  }

  private OpenRequests requests(HistoryWriter<RequestRecord> to) {
    return new OpenRequests(to, new ServedBy("r1", "lab:1"), () -> now);
  }

  private void begin(String id) {
    requests.begin(
        new RequestStart(
            id,
            now,
            new RequestRow.Asker("lab", Optional.empty(), Optional.empty(), ""),
            "x",
            () -> {
              composed.incrementAndGet();
              return new Asked(Optional.empty(), List.of(Map.of()), Duration.ZERO, 0, 0);
            }));
    step(id, Kind.ADMITTED, 0);
  }

  private void step(String id, Kind kind, int after) {
    now = now.plusMillis(after);
    requests.step(id, RequestStep.of(kind, now).on(PHONE));
  }

  private void end(String id, Kind kind, Outcome outcome, int after) {
    now = now.plusMillis(after);
    requests.end(id, RequestStep.of(kind, now), outcome, NO_MORE);
  }

  @Test
  void theTimeOfARequestIsThatOfWaitsOfNodesAndItsOwn() {
    begin("a");
    step("a", Kind.QUEUED, 1);
    step("a", Kind.LOCKED, 1_000);
    step("a", Kind.ATTEMPT, 2);
    assertThat(requests.find("a").orElseThrow().row().outcome()).isEqualTo(Outcome.STARTING);
    step("a", Kind.ATTEMPT_ENDED, 300);
    assertThat(requests.find("a").orElseThrow().row().outcome()).isEqualTo(Outcome.WAITING);
    step("a", Kind.QUEUED, 3);
    step("a", Kind.LOCKED, 200);
    step("a", Kind.ATTEMPT, 0);
    step("a", Kind.ATTEMPT_ENDED, 50);
    end("a", Kind.CREATED, Outcome.CREATED, 4);
    writer.tick();

    RequestRow row = written.get(0).row();
    assertThat(row.times().waited()).isEqualTo(Duration.ofMillis(1_200));
    assertThat(row.times().atNodes()).isEqualTo(Duration.ofMillis(350));
    assertThat(row.times().own()).contains(Duration.ofMillis(10));
    assertThat(row.result().attempts()).isEqualTo(2);
    assertThat(requests.isOpen("a")).isFalse();
  }

  @Test
  void aRequestThatEndsSoonIsWrittenOnce() {
    begin("a");
    now = now.plusMillis(200);
    requests.snapshot();
    end("a", Kind.REFUSED, Outcome.REFUSED, 1);
    now = now.plusSeconds(1);
    requests.snapshot();
    writer.tick();

    assertThat(written)
        .extracting(record -> record.row().outcome())
        .containsExactly(Outcome.REFUSED);
  }

  @Test
  void oneInProgressIsWrittenOnceForEachChangeAndReadingItIsNone() {
    begin("a");
    step("a", Kind.QUEUED, 300);
    requests.find("a");
    requests.snapshot();
    requests.snapshot();
    step("a", Kind.LOCKED, 300);
    requests.snapshot();
    writer.tick();

    assertThat(written)
        .extracting(record -> record.row().outcome())
        .containsExactly(Outcome.WAITING, Outcome.STARTING);
  }

  @Test
  void whileTheWriterIsBehindNoSnapshotTakesTheRoomOfAnEnd() {
    HistoryWriter<RequestRecord> small = writer(4);
    requests = requests(small);
    List.of("a", "b", "c", "d").forEach(this::begin);
    now = now.plusSeconds(1);

    requests.snapshot();
    assertThat(small.waiting()).isEqualTo(2);
    end("a", Kind.REFUSED, Outcome.REFUSED, 0);
    small.tick();
    requests.snapshot();
    small.tick();

    assertThat(written).extracting(record -> record.row().id()).contains("a", "b", "c", "d");
  }

  @Test
  void stepsAfterTheEndAreWrittenWithAnotherRecord() {
    begin("a");
    end("a", Kind.CREATED, Outcome.CREATED, 10);
    end("a", Kind.CLIENT_LEFT, Outcome.CLIENT_LEFT, 5);
    step("a", Kind.CLEANED_UP, 100);
    step("unknown", Kind.CLEANED_UP, 0);
    writer.tick();

    RequestRecord last = written.get(written.size() - 1);
    assertThat(last.row().outcome()).isEqualTo(Outcome.CLIENT_LEFT);
    assertThat(last.row().times().total()).contains(Duration.ofMillis(15));
    assertThat(last.steps())
        .extracting(RequestStep::kind)
        .containsExactly(Kind.ADMITTED, Kind.CREATED, Kind.CLIENT_LEFT, Kind.CLEANED_UP);
    assertThat(composed).as("not from the request after its end").hasValue(1);
  }

  /** Only a client that leaves during its answer follows, and that is soon. */
  @Test
  void theCreatedOnesThatEndedLastAreRemembered() {
    for (int i = 0; i < 3_000; i++) {
      begin("r" + i);
      end("r" + i, Kind.CREATED, Outcome.CREATED, 1);
    }

    assertThat(IntStream.range(0, 3_000).filter(i -> requests.find("r" + i).isPresent()))
        .containsExactlyElementsOf(IntStream.range(2_000, 3_000).boxed().toList());
    end("r2999", Kind.CLIENT_LEFT, Outcome.CLIENT_LEFT, 1);
    assertThat(requests.find("r2999").orElseThrow().row().outcome()).isEqualTo(Outcome.CLIENT_LEFT);
  }

  @Test
  void theFirstStepsAndTheLatestAreKept() {
    begin("a");
    for (int i = 0; i < 500; i++) {
      step("a", Kind.QUEUED, 1);
    }

    RequestRecord record = requests.find("a").orElseThrow();

    assertThat(record.steps()).hasSize(100);
    assertThat(record.omitted()).isEqualTo(401);
    assertThat(record.steps().get(0).kind()).isEqualTo(Kind.ADMITTED);
    assertThat(record.steps().get(19).at()).isEqualTo(BEGIN.plusMillis(19));
    assertThat(record.steps().get(20).at()).isEqualTo(BEGIN.plusMillis(421));
    assertThat(record.steps().get(99).at()).isEqualTo(BEGIN.plusMillis(500));
  }

  /** Counts what is held; a record of a request that waits is composed only to be written. */
  @Test
  void twentyThousandWaitingRequestsKeepABoundedNumberOfRecords() {
    int all = 20_000;
    Room room = Room.standard();
    AtomicInteger dropped = new AtomicInteger();
    CompletableFuture<Result> answer = new CompletableFuture<>();
    HistoryWriter<RequestRecord> stuck =
        new HistoryWriter<>(batch -> answer, room, RequestRecord::weight, dropped::addAndGet);
    requests = requests(stuck);
    for (int i = 0; i < all; i++) {
      begin("r" + i);
      requests.step("r" + i, RequestStep.of(Kind.QUEUED, now));
    }
    now = now.plusSeconds(1);
    for (int turn = 0; turn < 100; turn++) {
      requests.snapshot();
      stuck.tick();
    }
    assertThat(stuck.waiting()).isLessThanOrEqualTo(room.records() / 2);
    assertThat(composed).as("composed, and not more").hasValue(stuck.waiting());
    assertThat(dropped).as("an optional record isn't dropped, but written later").hasValue(0);

    for (int i = 0; i < all; i++) {
      requests.end("r" + i, RequestStep.of(Kind.REFUSED, now), Outcome.REFUSED, NO_MORE);
    }
    assertThat(stuck.waiting()).isEqualTo(room.records());
    assertThat(dropped.get()).isEqualTo(all - (room.records() - room.records() / 2));
    long remembered =
        IntStream.range(0, all).filter(i -> requests.find("r" + i).isPresent()).count();
    assertThat(remembered).as("ended requests in memory").isLessThanOrEqualTo(5_000);
    assertThat(requests.isOpen("r0")).isFalse();
  }
}
