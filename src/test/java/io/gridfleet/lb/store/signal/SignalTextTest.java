package io.gridfleet.lb.store.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.replica.StoreClock;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any text that arrives as a signal is read or dropped. */
final class SignalTextTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static final List<String> KINDS =
      List.of(
          "freed",
          "taken",
          "avoidance",
          "reservations",
          "overrides",
          "waits",
          "nonewaits",
          "whowaits",
          "happened",
          "settled",
          "ended",
          "queuechanged",
          "removal",
          "removed",
          "sort-of-newer");

  private final SignalText text = new SignalText(new StoreClock(InstantSource.system()));

  @Property
  void anyLineIsReadOrDropped(@ForAll String line) {
    assertThatCode(() -> text.read(line)).doesNotThrowAnyException();
  }

  @Property
  void anyArgumentIsReadOrDropped(@ForAll("lines") String line) {
    assertThatCode(() -> text.read(line)).doesNotThrowAnyException();
  }

  @Provide
  Arbitrary<String> lines() {
    Arbitrary<String> part =
        Arbitraries.oneOf(
            Arbitraries.of("", "-1", "7", "9223372036854775807", "99999999999999999999", "x"),
            Arbitraries.strings().ofMaxLength(5));
    return Combinators.combine(Arbitraries.of(KINDS), part.list().ofMaxSize(6))
        .as((kind, parts) -> kind + " " + String.join(" ", parts));
  }

  /** Replicas whose clocks differ by a minute convert an instant alike. */
  @Example
  void whatAFastClockDatesASlowOneReadsInItsOwnTime() {
    StoreClock fast = new StoreClock(InstantSource.fixed(NOON.plus(MINUTE)));
    StoreClock slow = new StoreClock(InstantSource.fixed(NOON.minus(MINUTE)));
    fast.measured(NOON.plus(MINUTE), NOON);
    slow.measured(NOON.minus(MINUTE), NOON);
    Instant tenSecondsAgo = NOON.plus(MINUTE).minusSeconds(10);

    String line =
        new SignalText(fast).write(new FleetSignal.Waits("fast", 3, -2, tenSecondsAgo, "a b  c "));

    Optional<FleetSignal> read = new SignalText(slow).read(line);
    assertThat(read)
        .contains(
            new FleetSignal.Waits("fast", 3, -2, NOON.minus(MINUTE).minusSeconds(10), "a b  c "));
  }

  @Example
  void theThreadThatListensSurvivesEverything() {
    StoreConfig shared = StoreConfig.at(StoreKind.POSTGRESQL.emptyDatabase());
    try (SqlStore sender = StoreKind.open(shared);
        SqlStore store = StoreKind.open(shared)) {
      List<FleetSignal> received = new CopyOnWriteArrayList<>();
      store.signals().onSignal(received::add);
      FleetSignal first = new FleetSignal.OverridesChanged(new DeviceId("phone"));
      FleetSignal good = new FleetSignal.AvoidanceChanged(new DeviceId("phone"));
      await()
          .until(
              () -> {
                sender.signals().publish(first);
                return !received.isEmpty();
              });
      for (String payload : List.of("", "x", "x\nfreed", "x\nfreed a b", "x\nnewer 1 2\nwaits 1")) {
        sender
            .jdbi()
            .useHandle(
                handle ->
                    handle
                        .select("SELECT pg_notify('gridfleet_lb', ?)", payload)
                        .mapToMap()
                        .list());
      }

      sender.signals().publish(good);

      await().until(() -> received.contains(good));
      assertThat(received).containsOnly(first, good);
    }
  }
}
