package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.RequestHistory;
import io.gridfleet.lb.history.RequestHistory.Cursor;
import io.gridfleet.lb.history.RequestHistory.Filter;
import io.gridfleet.lb.history.RequestHistory.Labels;
import io.gridfleet.lb.history.RequestHistory.Page;
import io.gridfleet.lb.history.RequestHistory.Period;
import io.gridfleet.lb.history.RequestHistory.Results;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRecord.Asked;
import io.gridfleet.lb.history.RequestRow;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.history.RequestRow.ServedBy;
import io.gridfleet.lb.history.RequestStep;
import io.gridfleet.lb.history.RequestStep.Kind;
import io.gridfleet.lb.history.RequestStep.NamedDevice;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link RequestHistory} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class RequestHistoryContractTest {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MILLIS);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int MANY = 100_000;

  private final StoreKind kind;
  private SqlStore store;
  private RequestHistory history;

  RequestHistoryContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    history = store.requestHistory();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static RequestRow row(Instant arrived, String tenant, Outcome outcome) {
    Optional<Instant> ended =
        outcome.isOpen() ? Optional.empty() : Optional.of(arrived.plusMillis(1_500));
    return new RequestRow(
        UUID.randomUUID().toString(),
        arrived,
        ended,
        outcome,
        new RequestRow.Asker(tenant, Optional.empty(), Optional.empty(), ""),
        "platformname:android",
        new RequestRow.Result(Optional.empty(), Optional.empty(), 0, Optional.empty()),
        new RequestRow.Times(
            Duration.ofMillis(400),
            Duration.ofMillis(1_000),
            ended.map(end -> Duration.ofMillis(1_500))),
        new ServedBy("r1", "lab:1"));
  }

  private static RequestRow with(RequestRow row, RequestRow.Asker asker, RequestRow.Result result) {
    return new RequestRow(
        row.id(),
        row.arrived(),
        row.ended(),
        row.outcome(),
        asker,
        row.selector(),
        result,
        row.times(),
        row.servedBy());
  }

  private static RequestRow servedBy(RequestRow row, String replica) {
    return new RequestRow(
        row.id(),
        row.arrived(),
        row.ended(),
        row.outcome(),
        row.asker(),
        row.selector(),
        row.result(),
        row.times(),
        new ServedBy(replica, "lab:2"));
  }

  private static RequestRecord record(RequestRow row, RequestStep... steps) {
    Asked asked = new Asked(Optional.empty(), List.of(), Duration.ofSeconds(20), 0, 0);
    return new RequestRecord(row, asked, List.of(steps), 0);
  }

  private RequestRow written(RequestRow row) {
    assertThat(now(history.write(List.of(record(row))))).isEqualTo(Result.WRITTEN);
    return row;
  }

  private static Filter everything() {
    return filter(Optional.empty());
  }

  private static Filter filter(Optional<String> only) {
    return new Filter(
        only,
        new Labels(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
        new Results(Optional.empty(), Optional.empty(), Optional.empty()),
        new Period(Optional.empty(), Optional.empty()));
  }

  private List<RequestRow> all(Filter filter) {
    return now(history.page(filter, Optional.empty(), 500)).rows();
  }

  @Test
  void everythingIsKept() {
    NamedDevice phone = new NamedDevice(device(), "Pixel \u0000 <img src=x onerror=alert(1)>");
    RequestRow row =
        with(
            row(NOW, "checkout", Outcome.REFUSED),
            new RequestRow.Asker(
                "checkout", Optional.of("run-1"), Optional.of("log\u0000in"), "selenium java 4"),
            new RequestRow.Result(
                Optional.of("s1"), Optional.of(phone), 2, Optional.of("No free\u0000 device")));
    Asked asked =
        new Asked(
            Optional.of(Map.of("model", "Pixel*")),
            List.of(Map.of("platformName", "Android", "appium:noReset", true), Map.of()),
            Duration.ofMinutes(5),
            -3,
            100);
    RequestStep failed =
        RequestStep.of(Kind.ATTEMPT_ENDED, NOW.plusNanos(1_234_000))
            .on(new NamedDevice(phone.id(), "Pixel"))
            .outcome("device_failed")
            .cause("timed_out")
            .nodeText("adb: no \u0000 device")
            .took(Duration.ofNanos(987_000));
    RequestRecord record =
        new RequestRecord(row, asked, List.of(RequestStep.of(Kind.ADMITTED, NOW), failed), 7);

    assertThat(now(history.write(List.of(record)))).isEqualTo(Result.WRITTEN);

    RequestRecord found = now(history.find(row.id())).orElseThrow();
    assertThat(found.row().asker())
        .isEqualTo(
            new RequestRow.Asker(
                "checkout", Optional.of("run-1"), Optional.of("log\ufffdin"), "selenium java 4"));
    assertThat(found.row().result().device().orElseThrow().name()).startsWith("Pixel \ufffd <img");
    assertThat(found.row().times()).isEqualTo(row.times());
    assertThat(found.row().times().own()).contains(Duration.ofMillis(100));
    assertThat(found.row().arrived()).isEqualTo(NOW);
    assertThat(found.row().ended()).isEqualTo(row.ended());
    assertThat(found.asked())
        .usingRecursiveComparison()
        .ignoringFields("characters")
        .isEqualTo(asked);
    assertThat(found.omitted()).isEqualTo(7);
    assertThat(found.steps().get(1).at()).isEqualTo(failed.at());
    assertThat(found.steps().get(1).took()).isEqualTo(failed.took());
    assertThat(found.steps().get(1).device()).isEqualTo(failed.device());
    assertThat(all(everything())).containsExactly(found.row());
    assertThat(now(history.ofSession("s1"))).contains(row.id());
    assertThat(now(history.ofSession("s2"))).isEmpty();
    assertThat(now(history.find("another"))).isEmpty();
  }

  @Test
  void aLaterRecordOfARequestReplacesTheFirstAndOneWrittenTwiceChangesNothing() {
    RequestRow waiting = written(row(NOW, "lab", Outcome.WAITING));
    RequestRow refused =
        new RequestRow(
            waiting.id(),
            waiting.arrived(),
            Optional.of(NOW.plusSeconds(5)),
            Outcome.REFUSED,
            waiting.asker(),
            waiting.selector(),
            waiting.result(),
            waiting.times(),
            waiting.servedBy());
    RequestRecord end = record(refused, RequestStep.of(Kind.REFUSED, NOW.plusSeconds(5)));

    now(history.write(List.of(end, end)));
    now(history.write(List.of(end)));

    assertThat(all(everything())).containsExactly(refused);
    assertThat(now(history.find(waiting.id())).orElseThrow().steps()).hasSize(1);
  }

  @Test
  void pagesHaveEachRowOnceWhileOthersAreAdded() {
    List<RequestRow> rows = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      rows.add(written(row(NOW.plusMillis(i / 4), "lab", Outcome.CREATED)));
    }
    List<RequestRow> seen = new ArrayList<>();
    Optional<Cursor> after = Optional.empty();
    do {
      Page page = now(history.page(everything(), after, 4));
      seen.addAll(page.rows());
      after = page.next();
      written(row(NOW.plusSeconds(1), "lab", Outcome.CREATED));
    } while (after.isPresent());

    assertThat(seen).hasSize(25).containsExactlyInAnyOrderElementsOf(rows);
    assertThat(seen.stream().map(RequestRow::arrived).toList())
        .isSortedAccordingTo((a, b) -> b.compareTo(a));
  }

  @Test
  void aFilterSelectsByWhoAskedByWhatCameOfItAndByTime() {
    DeviceId phone = device();
    RequestRow wanted =
        with(
            row(NOW.minusSeconds(60), "checkout", Outcome.REFUSED),
            new RequestRow.Asker(
                "checkout", Optional.of("r"), Optional.of("100% Login_Works"), "WebdriverIO 9"),
            new RequestRow.Result(
                Optional.of("s"), Optional.of(new NamedDevice(phone, "x")), 1, Optional.empty()));
    written(wanted);
    written(row(NOW, "nightly", Outcome.CREATED));
    Optional<String> no = Optional.empty();

    assertThat(all(filter(Optional.of("checkout")))).containsExactly(wanted);
    List<Labels> labels =
        List.of(
            new Labels(Optional.of("checkout"), no, no, no),
            new Labels(no, Optional.of("r"), no, no),
            new Labels(no, no, Optional.of("0% LOGIN_w"), no),
            new Labels(no, no, no, Optional.of("webdriverio")));
    for (Labels each : labels) {
      assertThat(all(new Filter(no, each, everything().results(), everything().period())))
          .as(each.toString())
          .containsExactly(wanted);
    }
    List<Labels> none =
        List.of(
            new Labels(no, no, Optional.of("100_"), no),
            new Labels(no, no, Optional.of("!"), no),
            new Labels(Optional.of("checkou"), no, no, no));
    for (Labels each : none) {
      assertThat(all(new Filter(no, each, everything().results(), everything().period())))
          .as(each.toString())
          .isEmpty();
    }
    List<Results> results =
        List.of(
            new Results(Optional.of(phone.value()), no, Optional.empty()),
            new Results(no, Optional.of("s"), Optional.empty()),
            new Results(no, no, Optional.of(Outcome.REFUSED)));
    for (Results each : results) {
      assertThat(all(new Filter(no, everything().labels(), each, everything().period())))
          .as(each.toString())
          .containsExactly(wanted);
    }
    Period before =
        new Period(Optional.of(NOW.minusSeconds(60)), Optional.of(NOW.minusSeconds(60)));
    assertThat(all(new Filter(no, everything().labels(), everything().results(), before)))
        .containsExactly(wanted);
  }

  @Test
  void requestsOfADeadReplicaAndForgottenOnesAreMarkedAsLost() {
    Instant before = NOW.minusSeconds(120);
    RequestRow dead = written(servedBy(row(before, "lab", Outcome.WAITING), "dead"));
    String own = store.replicas().own();
    RequestRow forgotten = written(servedBy(row(before, "lab", Outcome.STARTING), own));
    RequestRow open = written(servedBy(row(before, "lab", Outcome.WAITING), own));
    RequestRow young = written(servedBy(row(Instant.now(), "lab", Outcome.WAITING), own));
    RequestRow ended = written(servedBy(row(before, "lab", Outcome.CREATED), "dead"));

    assertThat(now(history.endLost(open.id()::equals))).isEqualTo(2);

    assertThat(outcome(dead)).isEqualTo(Outcome.LOST);
    assertThat(now(history.find(dead.id())).orElseThrow().row().ended()).isPresent();
    assertThat(outcome(forgotten)).isEqualTo(Outcome.LOST);
    assertThat(outcome(open)).isEqualTo(Outcome.WAITING);
    assertThat(outcome(young)).isEqualTo(Outcome.WAITING);
    assertThat(outcome(ended)).isEqualTo(Outcome.CREATED);
    assertThat(now(history.endLost(open.id()::equals))).isZero();
  }

  private Outcome outcome(RequestRow row) {
    return now(history.find(row.id())).orElseThrow().row().outcome();
  }

  @Test
  void rowsThatAreTooOldOrTooManyAreDeleted() {
    List<RequestRecord> many = new ArrayList<>();
    for (int i = 0; i < 450; i++) {
      many.add(record(row(NOW.minusSeconds(i), "lab", Outcome.CREATED)));
    }
    RequestRow old = row(NOW.minus(DAY).minusSeconds(60), "lab", Outcome.CREATED);
    many.add(record(old));
    now(history.write(many));

    assertThat(now(history.prune(DAY, MANY))).isEqualTo(1);
    assertThat(now(history.find(old.id()))).isEmpty();
    assertThat(now(history.prune(DAY, 10))).as("another's turn").isZero();
    store.jdbi().useHandle(handle -> handle.execute("UPDATE duties SET due = 0"));
    assertThat(now(history.prune(DAY, 10))).isEqualTo(440);

    assertThat(all(everything()))
        .containsExactlyElementsOf(many.stream().limit(10).map(RequestRecord::row).toList());
  }

  @Test
  void aBatchThatTheStoreRefusesIsToldFromAnOutage() {
    RequestRow bad = row(NOW, "lab", Outcome.WAITING);
    rename("body", "gone");
    assertThat(now(history.write(List.of(record(bad))))).isEqualTo(Result.REFUSED);
    rename("gone", "body");
    store.close();
    assertThat(now(history.write(List.of(record(bad))))).isEqualTo(Result.TRY_LATER);
  }

  private void rename(String column, String name) {
    store
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "ALTER TABLE request_records RENAME COLUMN " + column + " TO " + name));
  }
}
