package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.RecordedTraffic.Cursor;
import io.gridfleet.lb.history.RecordedTraffic.Page;
import io.gridfleet.lb.history.RecordedTraffic.Request;
import io.gridfleet.lb.history.RecordedTraffic.Time;
import io.gridfleet.lb.history.RecordedTraffic.Use;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRow;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.history.RequestStep;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link RecordedTraffic} promises, on every database. */
@ParameterizedClass
@EnumSource(StoreKind.class)
final class RecordedTrafficContractTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
  private static final Time HOUR = new Time(NOON, NOON.plusSeconds(3_600));

  private final StoreKind kind;
  private final DeviceId phone = device();
  private SqlStore store;

  RecordedTrafficContractTest(StoreKind kind) {
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

  private void request(String id, Instant arrived, RequestStep... steps) {
    RequestRow row =
        new RequestRow(
            id,
            arrived,
            Optional.of(arrived.plusSeconds(5)),
            Outcome.CREATED,
            new RequestRow.Asker("ci", Optional.of("run-1"), Optional.empty(), ""),
            "model:pixel",
            new RequestRow.Result(Optional.of("s-" + id), Optional.empty(), 1, Optional.empty()),
            new RequestRow.Times(Duration.ofSeconds(2), Duration.ofSeconds(3), Optional.empty()),
            new RequestRow.ServedBy("r1", "lab:1"));
    RequestRecord.Asked asked =
        new RequestRecord.Asked(Optional.empty(), List.of(), Duration.ofSeconds(90), 7, 0);
    now(store.requestHistory().write(List.of(new RequestRecord(row, asked, List.of(steps), 0))));
  }

  private static RequestStep step(RequestStep.Kind kind, Instant at) {
    return RequestStep.of(kind, at);
  }

  private void period(String id, Kind of, Instant began, Optional<Instant> ended) {
    DevicePeriod period =
        new DevicePeriod(
            id,
            new DevicePeriod.NamedDevice(phone, "Bench 3", "android"),
            of,
            began,
            ended,
            Optional.empty(),
            new DevicePeriod.Labels(
                new DevicePeriod.Who(
                    Optional.of("s-" + id),
                    Optional.empty(),
                    Optional.of("run-1"),
                    Optional.empty()),
                "",
                ""));
    now(store.deviceHistory().write(List.of(new PeriodChange.Whole(period))));
  }

  @Test
  void aRequestHasWhatItsReplayNeeds() {
    request(
        "one",
        NOON.plusMillis(1),
        step(RequestStep.Kind.ADMITTED, NOON.plusMillis(1)),
        step(RequestStep.Kind.LOCKED, NOON.plusMillis(500)),
        step(RequestStep.Kind.ATTEMPT_ENDED, NOON.plusMillis(900)),
        step(RequestStep.Kind.LOCKED, NOON.plusNanos(1_234_567_000)));

    Page<Request> page = now(store.recordedTraffic().requests(HOUR, Optional.empty(), 10));

    assertThat(page.next()).isEmpty();
    assertThat(page.rows())
        .containsExactly(
            new Request(
                "one",
                NOON.plusMillis(1),
                new RecordedTraffic.Owner("ci", Optional.of("run-1")),
                "model:pixel",
                new RecordedTraffic.Terms(7, Duration.ofSeconds(90)),
                new RecordedTraffic.Result(
                    Outcome.CREATED,
                    Optional.of(NOON.plusMillis(5_001)),
                    Optional.of(NOON.plusNanos(1_234_567_000)),
                    Optional.of("s-one"))));
  }

  @Test
  void requestsAreReadInPagesNewestFirst() {
    RequestStep admitted = step(RequestStep.Kind.ADMITTED, NOON);
    request("before", NOON.minusMillis(1), admitted);
    request("first", NOON, admitted);
    request("refused at once", NOON.plusSeconds(1), step(RequestStep.Kind.REFUSED, NOON));
    request("a", NOON.plusSeconds(2), admitted);
    request("b", NOON.plusSeconds(2), admitted);
    request("after", HOUR.to(), admitted);

    List<String> ids = new ArrayList<>();
    Optional<Cursor> next = Optional.empty();
    do {
      Page<Request> page = now(store.recordedTraffic().requests(HOUR, next, 1));
      page.rows().forEach(row -> ids.add(row.id()));
      next = page.next();
    } while (next.isPresent());

    assertThat(ids).containsExactly("b", "a", "first");
  }

  @Test
  void usesOverlapTheTime() {
    period("over", Kind.SESSION, NOON.minusSeconds(60), Optional.of(NOON));
    period("live", Kind.SESSION, NOON.minusSeconds(60), Optional.empty());
    period("battery", Kind.MAINTENANCE, NOON, Optional.of(NOON.plusSeconds(1)));
    period("run", Kind.RESERVATION, NOON.plusSeconds(2), Optional.of(HOUR.to().plusSeconds(9)));
    period("failed", Kind.FAILED_ATTEMPT, NOON.plusSeconds(3), Optional.of(NOON.plusSeconds(4)));
    period("later", Kind.OFFLINE, HOUR.to(), Optional.empty());

    Page<Use> first = now(store.recordedTraffic().uses(HOUR, Optional.empty(), 2));
    Page<Use> rest = now(store.recordedTraffic().uses(HOUR, first.next(), 2));

    assertThat(first.rows())
        .containsExactly(
            new Use(
                phone,
                Kind.RESERVATION,
                NOON.plusSeconds(2),
                Optional.of(HOUR.to().plusSeconds(9)),
                Optional.of("s-run"),
                Optional.of("run-1")),
            new Use(
                phone,
                Kind.MAINTENANCE,
                NOON,
                Optional.of(NOON.plusSeconds(1)),
                Optional.of("s-battery"),
                Optional.of("run-1")));
    assertThat(rest.rows()).extracting(Use::session).containsExactly(Optional.of("s-live"));
    assertThat(rest.next()).isEmpty();
  }
}
