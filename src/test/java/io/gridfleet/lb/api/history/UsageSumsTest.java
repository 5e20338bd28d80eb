package io.gridfleet.lb.api.history;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.Usage;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.webdriver.Capabilities;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The use by hour, as the database sums it up, is the sum over the spans, each by itself: of spans
 * over several hours and days, open ones, those that begin before or end after the time asked for,
 * begin or end on the hour, last no time, or end before they begin.
 */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class UsageSumsTest {
  private static final long HOUR = 3_600_000;
  private static final long MONDAY = Instant.parse("2026-05-04T00:00:00Z").toEpochMilli();
  private static final List<Kind> KINDS =
      List.of(Kind.SESSION, Kind.SESSION, Kind.SESSION, Kind.MAINTENANCE, Kind.OFFLINE);

  private final SqlStore store;
  private final List<Device> devices =
      IntStream.range(0, 6).mapToObj(UsageSumsTest::device).toList();

  /** The last device is no longer in the inventory. */
  private final List<Device> inventory = devices.subList(0, 5);

  UsageSumsTest(StoreKind kind) {
    this.store = kind.open();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Device device(int number) {
    String name = "device-" + number;
    return new Device(
        DeviceId.of(name),
        new Node(new NodeId("n"), URI.create("http://127.0.0.1:1"), Optional.empty(), Set.of()),
        name,
        Optional.empty(),
        number % 2 == 0 ? "android" : "ios",
        Attributes.of(Map.of()),
        0,
        1 + number / 2,
        Capabilities.empty(),
        Capabilities.empty());
  }

  private static long time(Random random) {
    long at = MONDAY + random.nextLong(4 * 24 * HOUR);
    return random.nextInt(4) == 0 ? at - at % HOUR : at;
  }

  private static long length(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> -random.nextInt(5_000);
      case 2 -> random.nextLong(60 * HOUR);
      case 3 -> random.nextInt(3) * HOUR;
      default -> random.nextInt(1_200_000);
    };
  }

  private DevicePeriod span(int number, Random random) {
    Device device = devices.get(random.nextInt(devices.size()));
    Kind kind = KINDS.get(random.nextInt(KINDS.size()));
    Instant began = Instant.ofEpochMilli(time(random));
    boolean open = random.nextInt(10) == 0 && kind == Kind.SESSION;
    return new DevicePeriod(
        "p-" + number,
        new DevicePeriod.NamedDevice(device.id(), device.name(), device.platform()),
        kind,
        began,
        open ? Optional.empty() : Optional.of(began.plusMillis(length(random))),
        Optional.empty(),
        new DevicePeriod.Labels(
            new DevicePeriod.Who(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(random.nextBoolean() ? "ci" : "nightly")),
            "",
            ""));
  }

  @Test
  void sumsAreThoseOfTheSpans() {
    Random random = new Random(20_261_128);
    List<DevicePeriod> spans = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      int before = spans.size();
      IntStream.range(before, before + 60).forEach(i -> spans.add(span(i, random)));
      List<PeriodChange> changes = new ArrayList<>();
      for (DevicePeriod span : spans.subList(before, spans.size())) {
        changes.add(
            span.ended().isPresent() ? new PeriodChange.Whole(span) : new PeriodChange.Begin(span));
      }
      now(store.deviceHistory().write(changes));
      for (int i = 0; i < 4; i++) {
        long from = time(random);
        Usage.Query query =
            new Usage.Query(
                Instant.ofEpochMilli(from),
                Instant.ofEpochMilli(from + 1 + Math.max(0, length(random))),
                random.nextBoolean() ? Optional.empty() : Optional.of("ci"));
        assertThat(summed(query)).as("%s", query).isEqualTo(plain(query, spans));
      }
    }
  }

  /** Of each hour and platform: busy and capacity in seconds, and how many sessions began. */
  private List<String> summed(Usage.Query query) {
    UsageHours hours = new UsageHours(query, inventory, Optional.empty());
    now(store.usage().sums(query, hours.groups())).forEach(hours::add);
    List<String> rows = new ArrayList<>();
    for (Object each : (List<?>) hours.body().getOrDefault("hours", List.of())) {
      Map<?, ?> row = (Map<?, ?>) each;
      rows.add(
          row.get("at")
              + " %s %s %s %s"
                  .formatted(
                      row.get("platform"),
                      row.get("busy_sec"),
                      row.get("capacity_sec"),
                      row.get("sessions")));
    }
    return rows;
  }

  private List<String> plain(Usage.Query query, List<DevicePeriod> spans) {
    long from = query.from().toEpochMilli();
    long to = query.to().toEpochMilli();
    List<String> rows = new ArrayList<>();
    for (long hour = from - from % HOUR; hour < to; hour += HOUR) {
      for (String platform : List.of("android", "ios")) {
        rows.add(row(query, spans, platform, hour));
      }
    }
    return rows;
  }

  private String row(Usage.Query query, List<DevicePeriod> spans, String platform, long hour) {
    long from = query.from().toEpochMilli();
    long to = query.to().toEpochMilli();
    long first = Math.max(from, hour);
    long last = Math.min(to, hour + HOUR);
    long busy = 0;
    long capacity = 0;
    int sessions = 0;
    for (Device device : inventory) {
      capacity += device.platform().equals(platform) ? device.slots() * (last - first) : 0;
    }
    for (DevicePeriod span : spans) {
      long began = span.began().toEpochMilli();
      long ended = span.ended().orElse(query.to()).toEpochMilli();
      Device device =
          devices.stream().filter(it -> it.id().equals(span.device().id())).findFirst().get();
      if (!device.platform().equals(platform) || !inventory.contains(device)) {
        continue;
      }
      long millis = Math.max(0, Math.min(ended, last) - Math.max(began, first));
      if (span.kind() != Kind.SESSION) {
        capacity -= device.slots() * millis;
      } else if (query.only().isEmpty() || query.only().equals(span.labels().who().tenant())) {
        busy += millis;
        sessions += began >= first && began < last && ended > from ? 1 : 0;
      }
    }
    return "%s %s %d %d %d"
        .formatted(
            ApiJson.time(Instant.ofEpochMilli(hour)),
            platform,
            busy / 1000,
            Math.max(0, capacity) / 1000,
            sessions);
  }
}
