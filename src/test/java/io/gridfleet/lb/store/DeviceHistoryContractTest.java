package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.DeviceHistory.Cursor;
import io.gridfleet.lb.history.DeviceHistory.Filter;
import io.gridfleet.lb.history.DeviceHistory.Page;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.DevicePeriod.Labels;
import io.gridfleet.lb.history.DevicePeriod.NamedDevice;
import io.gridfleet.lb.history.DevicePeriod.Who;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.SessionLengths;
import io.gridfleet.lb.history.Usage;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
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
  private SqlStore store;
  private DeviceHistory history;
  private DevicePeriods periods;
  private DeviceId phone;
  private Instant noon;

  DeviceHistoryContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    history = store.deviceHistory();
    periods = new DevicePeriods(history);
    phone = periods.phone;
    noon = periods.noon;
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aPeriodIsReadAsItWasWritten() {
    periods.write(periods.begin("m", Kind.MAINTENANCE, noon));
    periods.write(new PeriodChange.End(phone, Kind.MAINTENANCE, noon.plusSeconds(9)));

    DevicePeriod read = periods.all().get(0);

    assertThat(read.labels().cause()).isEqualTo("cause\ufffd");
    assertThat(read.labels().who())
        .isEqualTo(periods.period("m", Kind.MAINTENANCE, noon, Optional.empty()).labels().who());
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
      order.forEach(index -> periods.write(changes(alone).get(index)));
      periods.write(order.stream().map(changes(together)::get).toArray(PeriodChange[]::new));
      periods.write(order.stream().map(changes(together)::get).toArray(PeriodChange[]::new));
      DevicePeriod one = of(alone);
      DevicePeriod other = of(together);
      assertThat(other.ended()).as(together).isEqualTo(one.ended());
      assertThat(other.labels()).as(together).isEqualTo(one.labels());
      assertThat(other.device()).isEqualTo(one.device());
    }
  }

  private DevicePeriod of(String id) {
    return periods.all().stream().filter(it -> it.id().equals(id)).findFirst().orElseThrow();
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
    periods.write(periods.begin("one", Kind.OFFLINE, noon));
    periods.write(
        periods.begin("two", Kind.OFFLINE, noon.plusSeconds(1)),
        periods.begin("x", Kind.MAINTENANCE, noon));

    assertThat(periods.all()).extracting(DevicePeriod::id).containsExactlyInAnyOrder("one", "x");
    assertThat(
            periods.all().stream()
                .filter(it -> it.id().equals("one"))
                .findFirst()
                .orElseThrow()
                .labels()
                .text())
        .isEqualTo("text of two");

    periods.write(new PeriodChange.End(phone, Kind.OFFLINE, noon.plusSeconds(5)));
    periods.write(periods.begin("three", Kind.OFFLINE, noon.plusSeconds(6)));
    assertThat(periods.all())
        .extracting(DevicePeriod::id)
        .containsExactlyInAnyOrder("one", "x", "three");
  }

  @Test
  void severalSessionsMayBeOpen() {
    periods.write(periods.begin("s1", Kind.SESSION, noon), periods.begin("s2", Kind.SESSION, noon));
    assertThat(periods.all()).hasSize(2);
  }

  @Test
  void aBatchThatIsWrittenAgainChangesNothing() {
    PeriodChange[] batch = {
      periods.begin("m", Kind.MAINTENANCE, noon),
      new PeriodChange.End(phone, Kind.MAINTENANCE, noon.plusSeconds(1)),
      periods.begin("s", Kind.SESSION, noon),
      new PeriodChange.Whole(
          periods.period("s", Kind.SESSION, noon, Optional.of(noon.plusSeconds(3)))),
      new PeriodChange.Whole(periods.period("f", Kind.FAILED_ATTEMPT, noon, Optional.of(noon)))
    };
    periods.write(batch);
    List<DevicePeriod> once = periods.all();

    periods.write(batch);

    assertThat(periods.all()).isEqualTo(once).hasSize(3);
  }

  @Test
  void anEndDoesntEndAPeriodThatBeganLater() {
    periods.write(periods.begin("new", Kind.MAINTENANCE, noon.plusSeconds(10)));

    periods.write(new PeriodChange.End(phone, Kind.MAINTENANCE, noon));

    assertThat(periods.all().get(0).ended()).isEmpty();
  }

  @Test
  void beginAndEndOfASessionMayComeInAnyOrder() {
    PeriodChange end =
        new PeriodChange.Whole(
            periods.period("s", Kind.SESSION, noon, Optional.of(noon.plusSeconds(3))));
    periods.write(end);
    periods.write(periods.begin("s", Kind.SESSION, noon));

    assertThat(periods.all())
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
            periods.period(
                "s", Kind.SESSION, noon.plusMillis(7), Optional.of(noon.plusSeconds(3))));
    periods.write(periods.begin("s", Kind.SESSION, noon));
    periods.write(end);
    periods.write(end);

    assertThat(periods.all())
        .extracting(DevicePeriod::began, DevicePeriod::ended)
        .containsExactly(tuple(noon, Optional.of(noon.plusSeconds(3))));

    periods.write(
        new PeriodChange.Whole(
            periods.period(
                "t", Kind.SESSION, noon.plusMillis(7), Optional.of(noon.plusSeconds(5)))));
    periods.write(periods.begin("t", Kind.SESSION, noon));
    now(history.reconcile(List.of()));

    assertThat(periods.all())
        .extracting(DevicePeriod::id, DevicePeriod::ended)
        .containsExactlyInAnyOrder(
            tuple("s", Optional.of(noon.plusSeconds(3))),
            tuple("t", Optional.of(noon.plusSeconds(5))));
  }

  @Test
  void aPlannedEndEndsAPeriodUnlessItIsRenewedBefore() {
    Instant planned = noon.plusSeconds(60);
    periods.write(
        new PeriodChange.Begin(
            periods.period("a", Kind.AVOIDED, noon, Optional.empty(), Optional.of(planned), "")));
    assertThat(periods.all().get(0).ended()).contains(planned);
    periods.write(
        new PeriodChange.Begin(
            periods.period(
                "b",
                Kind.AVOIDED,
                planned.plusSeconds(1),
                Optional.empty(),
                Optional.of(noon.plus(DAY)),
                "")));

    assertThat(periods.all()).extracting(DevicePeriod::id).containsExactly("b", "a");
    assertThat(periods.all())
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
                        periods.period(
                            "s" + i,
                            Kind.SESSION,
                            noon.plusSeconds(i / 2),
                            Optional.of(noon.plusSeconds(i / 2))))));
    periods.write(sessions.toArray(PeriodChange[]::new));
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
    periods.write(
        periods.begin("mine", Kind.SESSION, noon),
        new PeriodChange.Begin(
            periods.period(
                "theirs", Kind.SESSION, noon, Optional.empty(), Optional.empty(), "nightly")),
        new PeriodChange.Begin(
            periods.period("m", Kind.MAINTENANCE, noon, Optional.empty(), Optional.empty(), "")));
    Filter filter = new Filter(phone, Optional.of("ci"), Optional.empty(), Optional.empty());

    assertThat(now(history.page(filter, Optional.empty(), 10)).periods())
        .extracting(DevicePeriod::id)
        .containsExactlyInAnyOrder("mine", "m");
  }

  @Test
  void failuresAreTheNewestFirst() {
    Instant end = noon.plusSeconds(1);
    periods.write(
        new PeriodChange.Whole(periods.period("old", Kind.FAILED_ATTEMPT, noon, Optional.of(noon))),
        new PeriodChange.Whole(periods.period("f1", Kind.FAILED_ATTEMPT, noon, Optional.of(end))),
        new PeriodChange.Whole(
            periods.period("f2", Kind.FAILED_ATTEMPT, noon, Optional.of(end.plusSeconds(1)))),
        periods.begin("s", Kind.SESSION, noon));

    assertThat(now(history.failures(Optional.empty(), noon, 10)))
        .extracting(DevicePeriod::id)
        .containsExactly("f2", "f1");
    assertThat(now(history.failures(Optional.of("nightly"), noon, 10))).isEmpty();
  }

  @Test
  void usageHasWhatOverlapsItsTime() {
    periods.write(
        periods.begin("live", Kind.SESSION, noon),
        new PeriodChange.Whole(
            periods.period("over", Kind.SESSION, noon.minusSeconds(9), Optional.of(noon))),
        periods.begin("m", Kind.MAINTENANCE, noon.minusSeconds(60)),
        periods.begin("r", Kind.RESERVATION, noon));
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
    periods.write(reservation("one", noon));
    periods.write(reservation("two", next));
    periods.write(new PeriodChange.End(phone, Kind.RESERVATION, next.minusMillis(5)));

    assertThat(periods.all())
        .extracting(DevicePeriod::id, DevicePeriod::ended, it -> it.labels().text())
        .containsExactlyInAnyOrder(
            tuple("of-one", Optional.of(next), "one"), tuple("of-two", Optional.empty(), "two"));
    periods.write(reservation("one", noon.minusSeconds(9)));
    assertThat(periods.all()).extracting(it -> it.labels().text()).containsOnly("one", "two");
  }

  @Test
  void theLengthsOfSessionsAreThoseThatEndedLast() {
    periods.write(
        new PeriodChange.Whole(
            periods.period("s1", Kind.SESSION, noon, Optional.of(noon.plusSeconds(9)))),
        new PeriodChange.Whole(
            periods.period("s2", Kind.SESSION, noon, Optional.of(noon.plusSeconds(5)))),
        periods.begin("live", Kind.SESSION, noon),
        new PeriodChange.Whole(periods.period("f", Kind.FAILED_ATTEMPT, noon, Optional.of(noon))));

    assertThat(now(history.ended(10)))
        .containsExactly(
            new SessionLengths.Ended(phone, "android", Duration.ofSeconds(9)),
            new SessionLengths.Ended(phone, "android", Duration.ofSeconds(5)));
    assertThat(now(history.ended(1))).hasSize(1);
  }

  @Test
  void oldAndSurplusPeriodsAreDeletedAndOpenOnesAreKept() {
    List<PeriodChange> changes = new ArrayList<>();
    changes.add(periods.begin("open", Kind.SESSION, noon.minus(DAY)));
    for (int i = 0; i < 450; i++) {
      Instant began = noon.minus(Duration.ofHours(48)).plusSeconds(i);
      changes.add(
          new PeriodChange.Whole(
              periods.period("old" + i, Kind.SESSION, began, Optional.of(began))));
    }
    for (int i = 0; i < 10; i++) {
      Instant began = noon.plusSeconds(i);
      changes.add(
          new PeriodChange.Whole(
              periods.period("new" + i, Kind.SESSION, began, Optional.of(began))));
    }
    periods.write(changes.toArray(PeriodChange[]::new));

    assertThat(now(history.prune(Duration.ofHours(30), 4))).isEqualTo(450 + 6);

    assertThat(periods.all())
        .extracting(DevicePeriod::id)
        .containsExactly("new9", "new8", "new7", "new6", "open");
  }
}
