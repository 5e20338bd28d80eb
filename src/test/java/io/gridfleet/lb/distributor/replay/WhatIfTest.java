package io.gridfleet.lb.distributor.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.auth.Role;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.replay.ReplayException.Reason;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.FakeTraffic;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replays of small labs whose waits can be computed by hand. */
final class WhatIfTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
  private static final Time HOUR = new Time(NOON, NOON.plusSeconds(3_600));
  private static final Optional<String> NO_RUN = Optional.empty();

  private final FakeTraffic traffic = new FakeTraffic();
  private final Device phone = phone("phone-1");
  private final List<Device> lab = List.of(phone, phone("phone-2"));
  private Function<String, Optional<Tenant>> tenants = name -> Optional.empty();
  private WhatIf whatIf = new WhatIf(traffic, name -> tenants.apply(name));

  @AfterEach
  void close() {
    whatIf.close();
  }

  private static Device phone(String name) {
    DeviceId id = DeviceId.of(name);
    Node node =
        new Node(
            new NodeId("node"), URI.create("http://127.0.0.1:4723"), Optional.empty(), Set.of());
    return new Device(
        id,
        node,
        name,
        Optional.of(name),
        "android",
        Attributes.of(
            Map.of("id", id.value(), "udid", name, "model", "pixel", "tags", Map.of("a", "b"))),
        0,
        1,
        Capabilities.empty(),
        Capabilities.empty());
  }

  /** A request that was served at once and whose session ended after a time. */
  private void served(int second, String selector, int length) {
    served(second, selector, length, NO_RUN);
  }

  private void served(int second, String selector, int length, Optional<String> run) {
    Instant arrived = NOON.plusSeconds(second);
    String session = "s-" + traffic.requests().size();
    traffic.add(
        new Request(
            "r-%03d".formatted(traffic.requests().size()),
            arrived,
            new RecordedTraffic.Owner("ci", run),
            selector,
            new RecordedTraffic.Terms(0, Duration.ofSeconds(60)),
            new RecordedTraffic.Result(
                Outcome.CREATED,
                Optional.of(arrived.plusSeconds(1)),
                Optional.of(arrived),
                Optional.of(session))));
    traffic.add(
        new Use(
            phone.id(),
            Kind.SESSION,
            arrived.plusSeconds(1),
            Optional.of(arrived.plusSeconds(length)),
            Optional.of(session),
            run));
  }

  private void notServed(int second, Outcome outcome, int after) {
    Instant arrived = NOON.plusSeconds(second);
    traffic.add(
        new Request(
            "r-%03d".formatted(traffic.requests().size()),
            arrived,
            new RecordedTraffic.Owner("ci", NO_RUN),
            "",
            new RecordedTraffic.Terms(0, Duration.ofSeconds(60)),
            new RecordedTraffic.Result(
                outcome,
                Optional.of(arrived.plusSeconds(after)),
                Optional.empty(),
                Optional.empty())));
  }

  private void use(Kind kind, Device device, int from, int to, Optional<String> run) {
    traffic.add(
        new Use(
            device.id(),
            kind,
            NOON.plusSeconds(from),
            Optional.of(NOON.plusSeconds(to)),
            Optional.of("other"),
            run));
  }

  private WhatIfAnswer ask(int add) {
    return ask(add, device -> true);
  }

  private WhatIfAnswer ask(int add, Predicate<Device> kind) {
    return whatIf.ask(new WhatIfQuery(kind, add, HOUR), lab).toCompletableFuture().join();
  }

  private static List<Long> seconds(ReplayResult result) {
    return result.waits().stream().map(Duration::toSeconds).toList();
  }

  private static Reason reason(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return ((ReplayException) cause).reason();
  }

  @Test
  void anotherDeviceShortensWaits() {
    for (int i = 0; i < 4; i++) {
      served(i, "", 30);
    }

    WhatIfAnswer answer = ask(1);

    assertThat(answer.requests()).isEqualTo(4);
    assertThat(seconds(answer.before())).containsExactly(0L, 0L, 28L, 28L);
    assertThat(seconds(answer.after())).containsExactly(0L, 0L, 0L, 27L);
    assertThat(answer.before().quantile(0.5)).contains(Duration.ZERO);
    assertThat(answer.before().quantile(0.9)).contains(Duration.ofSeconds(28));
    assertThat(answer.copied()).contains(phone);
    assertThat(answer.assumptions()).anyMatch(text -> text.contains("copy of phone-1"));
  }

  @Test
  void withFewerDevicesRequestsAreRefused() {
    for (int i = 0; i < 4; i++) {
      served(i, "", 30);
    }

    WhatIfAnswer answer = ask(-1);

    assertThat(answer.before().served()).isEqualTo(4);
    assertThat(seconds(answer.after())).containsExactly(0L, 29L, 58L);
    assertThat(answer.after().refused()).isEqualTo(1);
    assertThat(answer.assumptions()).anyMatch(text -> text.endsWith("are removed: phone-2."));
  }

  @Test
  void aRequestThatWasRefusedHoldsADeviceAsLongAsUsual() {
    served(0, "", 600);
    served(0, "", 600);
    served(0, "", 20);
    notServed(1, Outcome.REFUSED, 60);
    notServed(2, Outcome.REFUSED, 60);

    WhatIfAnswer answer = ask(2);

    assertThat(answer.before().served()).isEqualTo(2);
    assertThat(answer.before().refused()).isEqualTo(3);
    assertThat(seconds(answer.after())).containsExactly(0L, 0L, 0L, 0L, 18L);
  }

  @Test
  void aClientThatLeftDoesSoAgainUnlessADeviceIsFree() {
    served(0, "", 600);
    served(0, "", 600);
    notServed(1, Outcome.CLIENT_LEFT, 10);

    WhatIfAnswer answer = ask(1);

    assertThat(answer.before().left()).isEqualTo(1);
    assertThat(answer.before().refused()).isZero();
    assertThat(answer.after().left()).isZero();
    assertThat(answer.after().served()).isEqualTo(3);
  }

  @Test
  void maintenanceAndReservationsAreReplayed() {
    use(Kind.MAINTENANCE, lab.get(1), -10, 40, NO_RUN);
    use(Kind.OFFLINE, lab.get(1), 20, 50, NO_RUN);
    use(Kind.RESERVATION, phone, 10, 30, Optional.of("run"));
    served(11, "", 5);
    served(12, "model:pixel", 5, Optional.of("run"));
    served(41, "", 5);
    served(42, "", 5);

    assertThat(seconds(ask(0).before())).containsExactly(0L, 0L, 4L, 19L);
  }

  @Test
  void sessionsThatWereLiveHoldTheirDevices() {
    use(Kind.SESSION, phone, -100, 30, NO_RUN);
    use(Kind.MAINTENANCE, lab.get(1), -100, 3_000, NO_RUN);
    served(10, "", 5);

    assertThat(seconds(ask(0).before())).containsExactly(20L);
  }

  @Test
  void limitsOfTenantsAreThoseOfNow() {
    tenants =
        name ->
            Optional.of(
                new Tenant(
                    name,
                    Role.SUITE,
                    Selector.parse("udid:phone-1"),
                    OptionalInt.of(1),
                    0,
                    0,
                    false));
    served(0, "", 30);
    served(1, "", 30);

    assertThat(seconds(ask(5).after())).containsExactly(0L, 29L);
  }

  @Test
  void aCopyIsOfTheKindAndHasNoneOfTheNames() {
    served(0, "tags.a:b", 30);
    served(1, "id:" + phone.id(), 30);
    served(1, "udid:phone-1", 30);
    served(1, "a:b model:pixel or model:none", 30);
    served(1, "model:none", 30);

    WhatIfAnswer answer = ask(7);

    assertThat(seconds(answer.after())).containsExactly(0L, 0L, 0L, 30L);
    assertThat(answer.after().refused()).isEqualTo(1);
  }

  @Test
  void aSelectorThatWasCutIsNotReplayed() {
    served(0, "model:(pixel…", 30);
    served(0, "", 30);

    WhatIfAnswer answer = ask(1);

    assertThat(answer.requests()).isEqualTo(1);
    assertThat(answer.assumptions()).anyMatch(text -> text.startsWith("1 requests are not"));
  }

  @Test
  void theNewestRequestsAreReplayedIfThereAreTooMany() {
    whatIf.close();
    whatIf = new WhatIf(new TrafficReader(traffic, 3), tenants);
    for (int i = 0; i < 5; i++) {
      served(100 * i, "", 30);
    }

    WhatIfAnswer answer = ask(1);

    assertThat(answer.requests()).isEqualTo(3);
    assertThat(answer.time().from()).isEqualTo(NOON.plusSeconds(200));
    assertThat(answer.assumptions())
        .contains("Only the newest 3 requests are replayed, those from 2026-11-28T12:03:20Z on.");
  }

  @Test
  void aKindWithoutOrWithTooFewDevicesIsRefused() {
    assertThatThrownBy(() -> ask(1, device -> false))
        .satisfies(failure -> assertThat(reason(failure)).isEqualTo(Reason.INVALID));
    assertThatThrownBy(() -> ask(-3))
        .satisfies(failure -> assertThat(reason(failure)).isEqualTo(Reason.INVALID));
    assertThat(ask(-2).after().served()).isZero();
  }

  @Test
  void oneReplayRunsAtATime() {
    CompletableFuture<RecordedTraffic.Page<Request>> slow = new CompletableFuture<>();
    whatIf.close();
    whatIf = new WhatIf(new SlowTraffic(slow), tenants);
    WhatIfQuery query = new WhatIfQuery(device -> true, 1, HOUR);
    CompletableFuture<WhatIfAnswer> first = whatIf.ask(query, lab).toCompletableFuture();

    assertThatThrownBy(() -> whatIf.ask(query, lab).toCompletableFuture().join())
        .satisfies(failure -> assertThat(reason(failure)).isEqualTo(Reason.BUSY));
    slow.complete(new RecordedTraffic.Page<>(List.of(), Optional.empty()));

    assertThat(first.join().requests()).isZero();
    assertThat(whatIf.ask(query, lab).toCompletableFuture().join().requests()).isZero();
  }

  @Test
  void closingEndsAReplay() throws InterruptedException {
    served(0, "", 30);
    CountDownLatch running = new CountDownLatch(1);
    tenants =
        name -> {
          running.countDown();
          while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
          }
          return Optional.empty();
        };
    CompletableFuture<WhatIfAnswer> answer =
        whatIf.ask(new WhatIfQuery(device -> true, 1, HOUR), lab).toCompletableFuture();
    assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

    whatIf.close();

    assertThatThrownBy(answer::join)
        .satisfies(failure -> assertThat(reason(failure)).isEqualTo(Reason.STOPPED));
  }

  /** Requests that the store returns later. */
  private record SlowTraffic(CompletionStage<Page<Request>> answer) implements RecordedTraffic {
    @Override
    public CompletionStage<Page<Request>> requests(Time time, Optional<Cursor> after, int limit) {
      return answer;
    }

    @Override
    public CompletionStage<Page<Use>> uses(Time time, Optional<Cursor> after, int limit) {
      return CompletableFuture.completedStage(new Page<>(List.of(), Optional.empty()));
    }
  }
}
