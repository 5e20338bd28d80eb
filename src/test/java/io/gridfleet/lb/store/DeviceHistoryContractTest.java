package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.DeviceHistory.Cursor;
import io.gridfleet.lb.history.DeviceHistory.Filter;
import io.gridfleet.lb.history.DeviceHistory.Offline;
import io.gridfleet.lb.history.DeviceHistory.Page;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.DevicePeriod.Labels;
import io.gridfleet.lb.history.DevicePeriod.NamedDevice;
import io.gridfleet.lb.history.DevicePeriod.Who;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.SessionLengths;
import io.gridfleet.lb.history.Usage;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link DeviceHistory} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class DeviceHistoryContractTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final StoreKind kind;
  private final DeviceId phone = device();
  private final Instant noon = Instant.now().truncatedTo(ChronoUnit.MILLIS).minusSeconds(3_600);
  private SqlStore store;
  private DeviceHistory history;

  DeviceHistoryContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    history = store.deviceHistory();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private DevicePeriod period(String id, Kind of, Instant began, Optional<Instant> ended) {
    return period(id, of, began, ended, Optional.empty(), "ci");
  }

  private DevicePeriod period(
      String id,
      Kind of,
      Instant began,
      Optional<Instant> ended,
      Optional<Instant> until,
      String tenant) {
    Who who =
        new Who(
            Optional.of(of == Kind.SESSION ? id : "s"),
            Optional.of("r-1"),
            Optional.empty(),
            Optional.of(tenant).filter(name -> !name.isEmpty()));
    return new DevicePeriod(
        id,
        new NamedDevice(phone, "Bench 3", "android"),
        of,
        began,
        ended,
        until,
        new Labels(who, "cause\0", "text of " + id));
  }

  private void write(PeriodChange... changes) {
    assertThat(now(history.write(List.of(changes)))).isEqualTo(Result.WRITTEN);
  }

  private PeriodChange begin(String id, Kind of, Instant began) {
    return new PeriodChange.Begin(period(id, of, began, Optional.empty()));
  }

  private void maintenance(Optional<String> reason) {
    now(
        store
            .deviceOverrides()
            .change(phone, it -> new DeviceOverride(phone, reason, it.tags(), it.testData())));
  }

  /** A replica that lives. */
  private void replica(String id) {
    store
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "INSERT INTO replicas (id, name, started, heartbeat) VALUES (?, 'o', ?, ?)",
                    id,
                    1,
                    Long.MAX_VALUE / 4));
  }

  private Offline offline() {
    return new Offline(new NamedDevice(phone, "Bench 3", "android"), "503");
  }

  private List<DevicePeriod> all() {
    Filter filter = new Filter(phone, Optional.empty(), Optional.empty(), Optional.empty());
    return now(history.page(filter, Optional.empty(), 100)).periods();
  }

  @Test
  void aPeriodIsReadAsItWasWritten() {
    write(begin("m", Kind.MAINTENANCE, noon));
    write(new PeriodChange.End(phone, Kind.MAINTENANCE, noon.plusSeconds(9)));

    DevicePeriod read = all().get(0);

    assertThat(read.labels().cause()).isEqualTo("cause\ufffd");
    assertThat(read.labels().who())
        .isEqualTo(period("m", Kind.MAINTENANCE, noon, Optional.empty()).labels().who());
    assertThat(read.device()).isEqualTo(new NamedDevice(phone, "Bench 3", "android"));
    assertThat(read.began()).isEqualTo(noon);
    assertThat(read.ended()).contains(noon.plusSeconds(9));
  }

  /** In one batch and one by one: the same row. */
  @Test
  void changesOfOneSessionInABatchAreThoseOneAfterTheOther() {
    List<List<Integer>> orders =
        List.of(List.of(0, 1), List.of(1, 0), List.of(0, 2, 1), List.of(1, 2), List.of(0, 0, 2, 0));
    for (List<Integer> order : orders) {
      String alone = "alone " + order;
      String together = "together " + order;
      order.forEach(index -> write(changes(alone).get(index)));
      write(order.stream().map(changes(together)::get).toArray(PeriodChange[]::new));
      write(order.stream().map(changes(together)::get).toArray(PeriodChange[]::new));
      DevicePeriod one = of(alone);
      DevicePeriod other = of(together);
      assertThat(other.ended()).as(together).isEqualTo(one.ended());
      assertThat(other.labels()).as(together).isEqualTo(one.labels());
      assertThat(other.device()).isEqualTo(one.device());
    }
  }

  private DevicePeriod of(String id) {
    return all().stream().filter(it -> it.id().equals(id)).findFirst().orElseThrow();
  }

  /** A session's begin, its end, and its end as another replica has it. */
  private List<PeriodChange> changes(String id) {
    return List.of(
        new PeriodChange.Begin(labelled(id, Optional.empty(), "begin")),
        new PeriodChange.Whole(labelled(id, Optional.of(noon.plusSeconds(1)), "end")),
        new PeriodChange.Whole(labelled(id, Optional.of(noon.plusSeconds(2)), "other end")));
  }

  private DevicePeriod labelled(String id, Optional<Instant> ended, String label) {
    Who who = new Who(Optional.of("s"), Optional.of(label), Optional.empty(), Optional.of("ci"));
    return new DevicePeriod(
        id,
        new NamedDevice(phone, label, "android"),
        Kind.SESSION,
        noon,
        ended,
        Optional.empty(),
        new Labels(who, "cause of " + label, "text of " + label));
  }

  @Test
  void ofAStateADeviceHasOneOpenPeriodWhoeverWritesIt() {
    write(begin("one", Kind.OFFLINE, noon));
    write(begin("two", Kind.OFFLINE, noon.plusSeconds(1)), begin("x", Kind.MAINTENANCE, noon));

    assertThat(all()).extracting(DevicePeriod::id).containsExactlyInAnyOrder("one", "x");
    assertThat(
            all().stream()
                .filter(it -> it.id().equals("one"))
                .findFirst()
                .orElseThrow()
                .labels()
                .text())
        .isEqualTo("text of two");

    write(new PeriodChange.End(phone, Kind.OFFLINE, noon.plusSeconds(5)));
    write(begin("three", Kind.OFFLINE, noon.plusSeconds(6)));
    assertThat(all()).extracting(DevicePeriod::id).containsExactlyInAnyOrder("one", "x", "three");
  }

  @Test
  void severalSessionsMayBeOpen() {
    write(begin("s1", Kind.SESSION, noon), begin("s2", Kind.SESSION, noon));
    assertThat(all()).hasSize(2);
  }

  @Test
  void aBatchThatIsWrittenAgainChangesNothing() {
    PeriodChange[] batch = {
      begin("m", Kind.MAINTENANCE, noon),
      new PeriodChange.End(phone, Kind.MAINTENANCE, noon.plusSeconds(1)),
      begin("s", Kind.SESSION, noon),
      new PeriodChange.Whole(period("s", Kind.SESSION, noon, Optional.of(noon.plusSeconds(3)))),
      new PeriodChange.Whole(period("f", Kind.FAILED_ATTEMPT, noon, Optional.of(noon)))
    };
    write(batch);
    List<DevicePeriod> once = all();

    write(batch);

    assertThat(all()).isEqualTo(once).hasSize(3);
  }

  @Test
  void anEndDoesntEndAPeriodThatBeganLater() {
    write(begin("new", Kind.MAINTENANCE, noon.plusSeconds(10)));

    write(new PeriodChange.End(phone, Kind.MAINTENANCE, noon));

    assertThat(all().get(0).ended()).isEmpty();
  }

  @Test
  void beginAndEndOfASessionMayComeInAnyOrder() {
    PeriodChange end =
        new PeriodChange.Whole(period("s", Kind.SESSION, noon, Optional.of(noon.plusSeconds(3))));
    write(end);
    write(begin("s", Kind.SESSION, noon));

    assertThat(all())
        .extracting(DevicePeriod::ended)
        .containsExactly(Optional.of(noon.plusSeconds(3)));
  }

  /**
   * The store writes when a session began by its own clock, after the replica has taken the time.
   */
  @Test
  void theEndOfASessionIsThatOfItsBeginWhateverClockHasTheTimes() {
    PeriodChange end =
        new PeriodChange.Whole(
            period("s", Kind.SESSION, noon.plusMillis(7), Optional.of(noon.plusSeconds(3))));
    write(begin("s", Kind.SESSION, noon));
    write(end);
    write(end);

    assertThat(all())
        .extracting(DevicePeriod::began, DevicePeriod::ended)
        .containsExactly(tuple(noon, Optional.of(noon.plusSeconds(3))));

    write(
        new PeriodChange.Whole(
            period("t", Kind.SESSION, noon.plusMillis(7), Optional.of(noon.plusSeconds(5)))));
    write(begin("t", Kind.SESSION, noon));
    now(history.reconcile(List.of()));

    assertThat(all())
        .extracting(DevicePeriod::id, DevicePeriod::ended)
        .containsExactlyInAnyOrder(
            tuple("s", Optional.of(noon.plusSeconds(3))),
            tuple("t", Optional.of(noon.plusSeconds(5))));
  }

  @Test
  void aPlannedEndEndsAPeriodUnlessItIsRenewedBefore() {
    Instant planned = noon.plusSeconds(60);
    write(
        new PeriodChange.Begin(
            period("a", Kind.AVOIDED, noon, Optional.empty(), Optional.of(planned), "")));
    assertThat(all().get(0).ended()).contains(planned);
    write(
        new PeriodChange.Begin(
            period(
                "b",
                Kind.AVOIDED,
                planned.plusSeconds(1),
                Optional.empty(),
                Optional.of(noon.plus(DAY)),
                "")));

    assertThat(all()).extracting(DevicePeriod::id).containsExactly("b", "a");
    assertThat(all())
        .extracting(DevicePeriod::ended)
        .containsExactly(Optional.empty(), Optional.of(planned));
  }

  @Test
  void pagesFollowEachOtherAndOverlapTheTime() {
    List<PeriodChange> sessions = new ArrayList<>();
    IntStream.range(0, 7)
        .forEach(
            i ->
                sessions.add(
                    new PeriodChange.Whole(
                        period(
                            "s" + i,
                            Kind.SESSION,
                            noon.plusSeconds(i / 2),
                            Optional.of(noon.plusSeconds(i / 2))))));
    write(sessions.toArray(PeriodChange[]::new));
    Filter filter =
        new Filter(
            phone,
            Optional.empty(),
            Optional.of(noon.plusSeconds(1)),
            Optional.of(noon.plusSeconds(2)));

    List<String> read = new ArrayList<>();
    Optional<Cursor> after = Optional.empty();
    do {
      Page page = now(history.page(filter, after, 2));
      page.periods().forEach(it -> read.add(it.id()));
      after = page.next();
    } while (after.isPresent());

    assertThat(read).containsExactly("s5", "s4", "s3", "s2");
  }

  @Test
  void aTenantReadsItsOwnPeriodsAndThoseOfNobody() {
    write(
        begin("mine", Kind.SESSION, noon),
        new PeriodChange.Begin(
            period("theirs", Kind.SESSION, noon, Optional.empty(), Optional.empty(), "nightly")),
        new PeriodChange.Begin(
            period("m", Kind.MAINTENANCE, noon, Optional.empty(), Optional.empty(), "")));
    Filter filter = new Filter(phone, Optional.of("ci"), Optional.empty(), Optional.empty());

    assertThat(now(history.page(filter, Optional.empty(), 10)).periods())
        .extracting(DevicePeriod::id)
        .containsExactlyInAnyOrder("mine", "m");
  }

  @Test
  void failuresAreTheNewestFirst() {
    Instant end = noon.plusSeconds(1);
    write(
        new PeriodChange.Whole(period("old", Kind.FAILED_ATTEMPT, noon, Optional.of(noon))),
        new PeriodChange.Whole(period("f1", Kind.FAILED_ATTEMPT, noon, Optional.of(end))),
        new PeriodChange.Whole(
            period("f2", Kind.FAILED_ATTEMPT, noon, Optional.of(end.plusSeconds(1)))),
        begin("s", Kind.SESSION, noon));

    assertThat(now(history.failures(Optional.empty(), noon, 10)))
        .extracting(DevicePeriod::id)
        .containsExactly("f2", "f1");
    assertThat(now(history.failures(Optional.of("nightly"), noon, 10))).isEmpty();
  }

  @Test
  void usageHasWhatOverlapsItsTime() {
    write(
        begin("live", Kind.SESSION, noon),
        new PeriodChange.Whole(
            period("over", Kind.SESSION, noon.minusSeconds(9), Optional.of(noon))),
        begin("m", Kind.MAINTENANCE, noon.minusSeconds(60)),
        begin("r", Kind.RESERVATION, noon));
    Instant end = noon.plusSeconds(60);

    Usage.Query all = new Usage.Query(noon, end, Optional.empty());
    assertThat(now(store.usage().sums(all, Map.of(phone, 3))))
        .extracting(Usage.Sum::session, Usage.Sum::group, Usage.Sum::spans, Usage.Sum::begun)
        .containsExactlyInAnyOrder(tuple(true, 3, 1, 1), tuple(false, 3, 1, 0));
    assertThat(now(store.usage().sums(all, Map.of(device(), 3)))).isEmpty();
    Usage.Query foreign = new Usage.Query(noon, end, Optional.of("nightly"));
    assertThat(now(store.usage().sums(foreign, Map.of(phone, 0))))
        .extracting(Usage.Sum::session)
        .containsExactly(false);
    assertThat(now(store.usage().waits(new Usage.Query(noon, end, Optional.of("ci"))))).isEmpty();
  }

  private PeriodChange reservation(String run, Instant began) {
    Who who = new Who(Optional.empty(), Optional.empty(), Optional.of(run), Optional.empty());
    return new PeriodChange.Begin(
        new DevicePeriod(
            "of-" + run,
            new NamedDevice(phone, "Bench 3", "android"),
            Kind.RESERVATION,
            began,
            Optional.empty(),
            Optional.empty(),
            new Labels(who, "run", run)));
  }

  /** Two replicas write, each its own records in its own batches. */
  @Test
  void theReservationOfTheNextRunMayBeWrittenBeforeTheEndOfTheFormer() {
    Instant next = noon.plusSeconds(10);
    write(reservation("one", noon));
    write(reservation("two", next));
    write(new PeriodChange.End(phone, Kind.RESERVATION, next.minusMillis(5)));

    assertThat(all())
        .extracting(DevicePeriod::id, DevicePeriod::ended, it -> it.labels().text())
        .containsExactlyInAnyOrder(
            tuple("of-one", Optional.of(next), "one"), tuple("of-two", Optional.empty(), "two"));
    write(reservation("one", noon.minusSeconds(9)));
    assertThat(all()).extracting(it -> it.labels().text()).containsOnly("one", "two");
  }

  @Test
  void theLengthsOfSessionsAreThoseThatEndedLast() {
    write(
        new PeriodChange.Whole(period("s1", Kind.SESSION, noon, Optional.of(noon.plusSeconds(9)))),
        new PeriodChange.Whole(period("s2", Kind.SESSION, noon, Optional.of(noon.plusSeconds(5)))),
        begin("live", Kind.SESSION, noon),
        new PeriodChange.Whole(period("f", Kind.FAILED_ATTEMPT, noon, Optional.of(noon))));

    assertThat(now(history.ended(10)))
        .containsExactly(
            new SessionLengths.Ended(phone, "android", Duration.ofSeconds(9)),
            new SessionLengths.Ended(phone, "android", Duration.ofSeconds(5)));
    assertThat(now(history.ended(1))).hasSize(1);
  }

  @Test
  void whatADeadReplicaLeftOpenIsEnded() {
    Instant young = Instant.now().minusSeconds(5);
    write(
        begin("gone", Kind.SESSION, noon),
        begin("young", Kind.SESSION, young),
        begin("m", Kind.MAINTENANCE, noon),
        begin("r", Kind.RESERVATION, noon),
        begin("l", Kind.OPERATOR_LOCK, noon),
        begin("o", Kind.OFFLINE, noon));
    maintenance(Optional.of("x"));

    now(history.reconcile(List.of(offline())));

    assertThat(all().stream().filter(it -> it.ended().isEmpty()))
        .extracting(DevicePeriod::id)
        .containsExactlyInAnyOrder("young", "m", "o");

    maintenance(Optional.empty());
    now(history.reconcile(List.of()));

    assertThat(all().stream().filter(it -> it.ended().isEmpty()))
        .extracting(DevicePeriod::id)
        .containsExactly("young");
  }

  @Test
  void anOfflinePeriodIsEndedByItsReplicaUntilThatOneIsDead() {
    write(begin("o", Kind.OFFLINE, noon));
    store.jdbi().useHandle(handle -> handle.execute("UPDATE device_periods SET replica = 'other'"));
    replica("other");

    now(history.reconcile(List.of()));
    assertThat(all().get(0).ended()).isEmpty();

    store.jdbi().useHandle(handle -> handle.execute("DELETE FROM replicas WHERE id = 'other'"));
    now(history.reconcile(List.of()));
    assertThat(all().get(0).ended()).isPresent();
  }

  /** The node that one replica reaches again may be out of reach of another. */
  @Test
  void aReplicaThatReachesANodeDoesNotEndTheOfflinePeriodOfAnother() {
    write(begin("o", Kind.OFFLINE, noon));
    replica("other");
    store.jdbi().useHandle(handle -> handle.execute("UPDATE device_periods SET replica = 'other'"));
    PeriodChange up = new PeriodChange.End(phone, Kind.OFFLINE, noon.plusSeconds(60));

    write(up);
    assertThat(all()).extracting(DevicePeriod::ended).containsExactly(Optional.empty());

    store.jdbi().useHandle(handle -> handle.execute("DELETE FROM replicas WHERE id = 'other'"));
    write(up);
    assertThat(all())
        .extracting(DevicePeriod::ended)
        .containsExactly(Optional.of(noon.plusSeconds(60)));
  }

  /** Its begin was dropped, or it was added while its node was down. */
  @Test
  void anOfflineDeviceWithoutAPeriodGetsOne() {
    now(history.reconcile(List.of(offline())));
    now(history.reconcile(List.of(offline())));

    assertThat(all())
        .extracting(DevicePeriod::kind, it -> it.labels().text(), DevicePeriod::ended)
        .containsExactly(tuple(Kind.OFFLINE, "503", Optional.empty()));
  }

  /** The devices are read before the statement: one that was offline may be back. */
  @Test
  void aDeviceThatWasBackJustNowGetsNoPeriod() {
    write(begin("o", Kind.OFFLINE, noon));
    write(new PeriodChange.End(phone, Kind.OFFLINE, Instant.now().minusSeconds(1)));

    now(history.reconcile(List.of(offline())));

    assertThat(all()).extracting(DevicePeriod::id).containsExactly("o");
  }

  @Test
  void oldAndSurplusPeriodsAreDeletedAndOpenOnesAreKept() {
    List<PeriodChange> changes = new ArrayList<>();
    changes.add(begin("open", Kind.SESSION, noon.minus(DAY)));
    for (int i = 0; i < 450; i++) {
      Instant began = noon.minus(Duration.ofHours(48)).plusSeconds(i);
      changes.add(
          new PeriodChange.Whole(period("old" + i, Kind.SESSION, began, Optional.of(began))));
    }
    for (int i = 0; i < 10; i++) {
      Instant began = noon.plusSeconds(i);
      changes.add(
          new PeriodChange.Whole(period("new" + i, Kind.SESSION, began, Optional.of(began))));
    }
    write(changes.toArray(PeriodChange[]::new));

    assertThat(now(history.prune(Duration.ofHours(30), 4))).isEqualTo(450 + 6);

    assertThat(all())
        .extracting(DevicePeriod::id)
        .containsExactly("new9", "new8", "new7", "new6", "open");
  }
}
