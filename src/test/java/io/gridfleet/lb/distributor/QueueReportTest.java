package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.explain.FittingDevices;
import io.gridfleet.lb.distributor.explain.FittingDevices.Hindrance;
import io.gridfleet.lb.distributor.explain.QueueReport;
import io.gridfleet.lb.distributor.explain.WaitEstimate;
import io.gridfleet.lb.history.SessionLengths;
import io.gridfleet.lb.lab.ProcessorTime;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Why each request of the queue waits. */
final class QueueReportTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final Distributor distributor =
      new Distributor(new LockKeeper(store, HOUR, time::nanoTime), time, time);
  private final FleetUpdates updates = new FleetUpdates(distributor);
  private final FakeWire wire = new FakeWire(time);
  private int requests;

  private List<Device> phones(int number) {
    List<Device> phones =
        IntStream.range(0, number).mapToObj(i -> wire.phone("phone-" + i)).toList();
    updates.inventory(phones);
    return phones;
  }

  private void ask(String selector, OptionalInt most) {
    Question question =
        new Question(
            Selector.parse(selector), Selector.everything(), Optional.empty(), Optional.empty());
    distributor.place(
        new PlacementRequest(
            "r" + ++requests,
            List.of(question),
            new PlacementRequest.QueuePosition(0, time.instant(), requests),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota(most.isPresent() ? "limited" : "ci", most)),
        HOUR);
  }

  private void ask(String selector) {
    ask(selector, OptionalInt.empty());
  }

  @Test
  void onlyRequestsThatCompeteForTheDevicesAreCountedAhead() {
    phones(3);
    IntStream.range(0, 3).forEach(i -> ask("model:phone-" + i));
    for (String selector :
        List.of("model:phone-0", "model:phone-1", "", "model:phone-0", "model:phone-2", "")) {
      ask(selector);
    }

    QueueReport report = distributor.report();

    assertThat(IntStream.range(0, 6).map(report::ahead).toArray())
        .containsExactly(0, 0, 2, 2, 1, 5);
  }

  @Test
  void eachDeviceSaysWhatHindersItAndUntilWhen() {
    List<Device> phones = phones(4);
    Instant end = time.instant().plusSeconds(90);
    updates.maintenance(phones.get(0).id(), Optional.of("new battery"));
    updates.reserved(phones.get(1).id(), Optional.empty(), Optional.of(end));
    updates.reserved(phones.get(2).id(), Optional.of("nightly"), Optional.empty());
    ask("model:phone-3");
    ask("");
    time.pass(Duration.ofMinutes(1));

    FittingDevices fitting = distributor.report().fitting(0);

    assertThat(fitting.total()).isEqualTo(4);
    assertThat(fitting.examples())
        .extracting(verdict -> verdict.device().name())
        .containsExactly("phone-3", "phone-1", "phone-0", "phone-2");
    assertThat(fitting.hindrances())
        .extracting(Hindrance::kind, Hindrance::devices, Hindrance::until)
        .containsExactlyInAnyOrder(
            tuple("maintenance", 1, Optional.empty()),
            tuple("cooling_down", 1, Optional.of(end)),
            tuple("reserved", 1, Optional.empty()),
            tuple("locked", 1, Optional.empty()));
    assertThat(fitting.hindrances())
        .extracting(Hindrance::text)
        .contains("maintenance (new battery)");
  }

  @Test
  void theMostDevicesComeFirstAndExamplesAreBounded() {
    List<Device> phones = phones(30);
    phones.subList(0, 25).forEach(it -> updates.maintenance(it.id(), Optional.of("moved")));
    phones
        .subList(25, 29)
        .forEach(it -> updates.reserved(it.id(), Optional.of("x"), Optional.empty()));
    ask("");
    ask("");

    FittingDevices fitting = distributor.report().fitting(0);

    assertThat(fitting.hindrances()).extracting(Hindrance::devices).containsExactly(25, 4, 1);
    assertThat(fitting.examples()).hasSize(FittingDevices.MAX_EXAMPLES);
  }

  @Test
  void aReachedQuotaIsWhatHindersFirst() {
    phones(2);
    ask("", OptionalInt.of(1));
    ask("", OptionalInt.of(1));

    FittingDevices fitting = distributor.report().fitting(0);

    assertThat(fitting.hindrances().get(0))
        .isEqualTo(new Hindrance("quota", "You may have 1 sessions at once", 2, Optional.empty()));
  }

  @Test
  void avoidanceHasItsEnd() {
    List<Device> phones = phones(1);
    Instant end = time.instant().plusSeconds(60);
    ask("");
    updates.avoided(new AvoidedDevice(phones.get(0).id(), end, "adb is gone"));
    ask("");

    Hindrance hindrance = distributor.report().fitting(0).hindrances().get(0);

    assertThat(hindrance.kind()).isEqualTo("avoided");
    assertThat(hindrance.until()).contains(end);
  }

  /**
   * Without sharing between equal requests and equal devices this takes minutes of processor time.
   */
  @Test
  void aLargeQueueInALargeLabIsExplainedQuickly() {
    List<Device> phones = phones(10_000);
    phones.forEach(phone -> updates.maintenance(phone.id(), Optional.of("moved")));
    for (int i = 0; i < 2_000; i++) {
      ask(i % 2 == 0 ? "model:phone-*" : "model:[phone-*, x-" + i + "]");
    }
    assertThat(distributor.queueLength()).isEqualTo(2_000);
    List<Integer> ahead = new ArrayList<>();

    Duration took =
        ProcessorTime.of(
            () -> {
              QueueReport report = distributor.report();
              for (int place = 0; place < report.size(); place++) {
                assertThat(report.fitting(place).total()).isEqualTo(10_000);
                assertThat(report.request(place).waitsFor()).startsWith("10000 devices match");
                ahead.add(report.ahead(place));
              }
            });

    System.out.printf("2000 requests, 10000 devices: %d ms of processor%n", took.toMillis());
    assertThat(ahead.get(1_999)).isEqualTo(1_999);
    assertThat(took).isLessThan(Duration.ofSeconds(2));
  }

  private PlacementRequest remote(String id, String selector, int priority, Duration before) {
    return new PlacementRequest(
        id,
        selector.isEmpty()
            ? List.of()
            : List.of(
                new Question(
                    Selector.parse(selector),
                    Selector.everything(),
                    Optional.empty(),
                    Optional.empty())),
        new PlacementRequest.QueuePosition(priority, time.instant().minus(before), 0),
        new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
        new Quota("ci", OptionalInt.empty()));
  }

  private static PlacementRequest sent(PlacementRequest request) {
    return new PlacementText()
        .read(
            request.request(),
            PlacementText.write(request),
            request.turn(),
            request.quota().tenant());
  }

  @Test
  void requestsOfOtherReplicasAreExplainedInTheirPlaces() {
    phones(3);
    IntStream.range(0, 3).forEach(i -> ask("model:phone-" + i));
    time.pass(Duration.ofMinutes(1));
    ask("model:phone-0");
    List<PlacementRequest> remote =
        Stream.of(
                remote("older", "model:phone-0", 0, Duration.ofSeconds(30)),
                remote("urgent", "model:phone-1 or model:phone-2", 3, Duration.ZERO),
                remote("newer", "model:phone-*", 0, Duration.ofSeconds(-1)))
            .map(QueueReportTest::sent)
            .toList();

    for (int again = 0; again < 2; again++) {
      QueueReport report = distributor.report(remote);

      assertThat(IntStream.range(0, 4).mapToObj(report::placement))
          .extracting(PlacementRequest::request)
          .containsExactly("urgent", "older", "r4", "newer");
      assertThat(IntStream.range(0, 4).map(report::ahead).toArray()).containsExactly(0, 0, 1, 3);
      assertThat(IntStream.range(0, 4).map(place -> report.fitting(place).total()).toArray())
          .containsExactly(2, 1, 1, 3);
      assertThat(report.request(1).waitsFor()).isEqualTo(report.request(2).waitsFor());
    }
  }

  @Test
  void aDeviceThatChangesOrComesIsComparedWithRequestsOfOtherReplicas() {
    List<Device> phones = new ArrayList<>(phones(2));
    List<PlacementRequest> remote = List.of(remote("r", "model:phone-1", 0, Duration.ZERO));
    assertThat(distributor.report(remote).fitting(0).total()).isEqualTo(1);

    phones.set(0, wire.phone("phone-1"));
    updates.inventory(List.of(phones.get(1), wire.phone("phone-2")));
    assertThat(distributor.report(remote).fitting(0).total()).isEqualTo(1);
    updates.inventory(List.of(wire.phone("phone-2")));
    assertThat(distributor.report(remote).fitting(0).total()).isZero();
    updates.inventory(List.of(wire.phone("phone-2"), wire.phone("phone-1")));
    assertThat(distributor.report(remote).fitting(0).total()).isEqualTo(1);
  }

  @Test
  void aRequestThatAnotherReplicaCouldNotDescribeIsListedWithoutAnExplanation() {
    phones(2);
    PlacementRequest longest =
        sent(
            remote(
                "r",
                IntStream.range(0, 200)
                    .mapToObj(i -> "model:phone-number-%010d".formatted(i))
                    .collect(Collectors.joining(" or ")),
                0,
                Duration.ZERO));
    List<PlacementRequest> remote =
        List.of(longest, new PlacementText().read("n", "newer\n1 2", longest.turn(), "ci"));

    QueueReport report = distributor.report(remote);

    assertThat(report.size()).isEqualTo(2);
    assertThat(report.request(0).waitsFor())
        .isEqualTo("This replica has not compared it with the devices yet");
    assertThat(report.fitting(1).total()).isZero();
    assertThat(report.estimate(0, () -> SessionLengths.NONE))
        .isInstanceOf(WaitEstimate.Unknown.class);
  }

  @Test
  void theTextOfARequestKeepsWhatIsNeededToExplainIt() {
    List<Device> phones = phones(3);
    Question named =
        new Question(
            Selector.parse("model:a"),
            Selector.parse("team:x"),
            Optional.of("run 1"),
            Optional.of(phones.get(0).id()));
    PlacementRequest request =
        new PlacementRequest(
            "r",
            List.of(
                named,
                new Question(
                    Selector.everything(),
                    Selector.everything(),
                    Optional.of("run 1"),
                    Optional.empty())),
            new PlacementRequest.QueuePosition(2, time.instant(), 0),
            new PlacementRequest.Preference(
                PickStrategy.RANKED, true, Set.of(phones.get(1).id(), phones.get(2).id())),
            new Quota("ci", OptionalInt.of(7)));

    assertThat(sent(request)).isEqualTo(request);
  }
}
