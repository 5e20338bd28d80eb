package io.gridfleet.lb.distributor.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.auth.Role;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.RecordedTraffic.Request;
import io.gridfleet.lb.history.RecordedTraffic.Time;
import io.gridfleet.lb.history.RecordedTraffic.Use;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.webdriver.Capabilities;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Merging the questions of a replay changes how long it takes and nothing else. */
final class MergedQuestionsTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
  private static final Time HOUR = new Time(NOON, NOON.plusSeconds(3_600));
  private static final List<String> SELECTORS =
      List.of(
          "",
          "model:pixel",
          "model:nokia",
          "-model:none",
          "os:[2 TO *]",
          "os:1",
          "os:2",
          "model:pixel os:2",
          "udid:phone-0",
          "udid:phone-1",
          "model:none",
          "udid:phone-1 or model:pixel",
          "model:none or os:3",
          "os:3 or model:none or udid:phone-0");

  private final Random random = new Random(14);

  private static Device phone(int number, String model, int os, int slots) {
    String name = "phone-" + number;
    DeviceId id = DeviceId.of(name);
    Node node =
        new Node(new NodeId("n"), URI.create("http://127.0.0.1:1"), Optional.empty(), Set.of());
    return new Device(
        id,
        node,
        name,
        Optional.of(name),
        "android",
        Attributes.of(
            Map.of("id", id.value(), "udid", name, "model", model, "os", String.valueOf(os))),
        number % 2,
        slots,
        Capabilities.empty(),
        Capabilities.empty());
  }

  private List<Device> lab() {
    return IntStream.range(0, 1 + random.nextInt(6))
        .mapToObj(
            i ->
                phone(
                    i,
                    random.nextBoolean() ? "pixel" : "nokia",
                    1 + random.nextInt(3),
                    1 + random.nextInt(2)))
        .toList();
  }

  private Optional<String> run() {
    return random.nextInt(4) == 0 ? Optional.of("run") : Optional.empty();
  }

  private Request request(int number) {
    Instant arrived = NOON.plusSeconds(random.nextInt(600));
    Optional<Instant> locked = Optional.of(arrived).filter(it -> random.nextInt(3) > 0);
    return new Request(
        "r-%03d".formatted(number),
        arrived,
        new RecordedTraffic.Owner(random.nextInt(3) == 0 ? "limited" : "ci", run()),
        SELECTORS.get(random.nextInt(SELECTORS.size())),
        new RecordedTraffic.Terms(random.nextInt(2), Duration.ofSeconds(20 + random.nextInt(90))),
        new RecordedTraffic.Result(
            locked.isPresent() ? Outcome.REFUSED : Outcome.CLIENT_LEFT,
            Optional.of(arrived.plusSeconds(random.nextInt(60))),
            locked,
            Optional.empty()));
  }

  private Use use(Device device) {
    Instant began = NOON.plusSeconds(random.nextInt(700) - 100);
    List<Kind> kinds = List.of(Kind.MAINTENANCE, Kind.OFFLINE, Kind.RESERVATION, Kind.SESSION);
    return new Use(
        device.id(),
        kinds.get(random.nextInt(kinds.size())),
        began,
        Optional.of(began.plusSeconds(random.nextInt(200))),
        Optional.of("s" + random.nextInt()),
        Optional.of("run"));
  }

  private static Optional<Tenant> tenant(String name) {
    return name.equals("limited")
        ? Optional.of(
            new Tenant(
                name, Role.SUITE, Selector.parse("model:pixel"), OptionalInt.of(2), 0, 0, false))
        : Optional.empty();
  }

  private static ReplayResult result(
      ReplayedTraffic traffic, List<Device> lab, UnaryOperator<List<Question>> merging) {
    Function<String, Optional<Tenant>> tenants = MergedQuestionsTest::tenant;
    return new LabReplay(traffic, lab, tenants, (request, distributor, now) -> {}, merging)
        .run(() -> {});
  }

  @Test
  void resultsAreThoseOfUnmergedQuestions() {
    for (int round = 0; round < 60; round++) {
      List<Device> lab = lab();
      List<Use> uses = new ArrayList<>();
      lab.stream().filter(it -> random.nextBoolean()).forEach(it -> uses.add(use(it)));
      List<Request> requests = IntStream.range(0, 50).mapToObj(this::request).toList();
      ReplayedTraffic traffic = ReplayedTraffic.of(HOUR, requests, uses);
      UnaryOperator<List<Question>> unmerged =
          asked ->
              asked.stream().anyMatch(one -> lab.stream().anyMatch(one::fits)) ? asked : List.of();

      ReplayResult merged = result(traffic, lab, new MergedQuestions(lab));

      assertThat(merged).as("lab %d", round).isEqualTo(result(traffic, lab, unmerged));
      assertThat(merged.served() + merged.refused() + merged.left())
          .isEqualTo(traffic.arrivals().size());
    }
  }

  @Test
  void questionsOfTheSameDevicesAreOne() {
    List<Device> lab = List.of(phone(0, "pixel", 1, 1), phone(1, "nokia", 2, 1));
    MergedQuestions merged = new MergedQuestions(lab);
    Question pixel = question("model:pixel", Optional.empty());

    assertThat(merged.apply(List.of(pixel))).containsExactly(pixel);
    assertThat(merged.apply(List.of(question("os:1", Optional.empty())))).containsExactly(pixel);
    assertThat(merged.apply(List.of(question("os:1", Optional.of("run"))))).doesNotContain(pixel);
    assertThat(merged.apply(List.of(question("os:9", Optional.empty()), pixel, pixel)))
        .containsExactly(pixel);
    assertThat(merged.apply(List.of(question("os:9", Optional.empty())))).isEmpty();
  }

  private static Question question(String selector, Optional<String> run) {
    return new Question(Selector.parse(selector), Selector.everything(), run, Optional.empty());
  }
}
