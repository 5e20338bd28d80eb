package io.gridfleet.lb.bench;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.CommandRecord;
import io.gridfleet.lb.history.CommandSummary;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.HistoryWriter.Room;
import io.gridfleet.lb.history.HistoryWriter.Sink;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRow;
import io.gridfleet.lb.history.RequestStep;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.sql.SqlStore;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Writes the records of sessions to a store: {@code ADDRESS SESSIONS DEVICES}, and prints the
 * processor time of the store's threads for each session, in microseconds: the median and the
 * quartiles of rounds of 2000, after as many of {@code SESSIONS} were written to warm up.
 */
public final class RecordsLoad {
  private static final int BATCH = Room.standard().batch();
  private static final int ROUND = 2_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final int devices;
  private int number;

  private RecordsLoad(int devices) {
    this.devices = devices;
  }

  public static void main(String[] arguments) throws Exception {
    StoreConfig config = StoreConfig.at(StoreAddress.parse(arguments[0]));
    int sessions = Integer.parseInt(arguments[1]);
    RecordsLoad load = new RecordsLoad(Integer.parseInt(arguments[2]));
    try (SqlStore store = SqlStore.open(config, StoreListener.SILENT)) {
      List<String> told = new ArrayList<>();
      told.add(measured("request", sessions, store.requestHistory(), load::request));
      told.add(measured("period", sessions, batch -> store.deviceHistory().write(both(batch)), load::period));
      told.add(measured("commands", sessions, store.commandHistory(), load::commands));
      System.out.println("RESULT {" + String.join(", ", told) + "}");
    }
  }

  private static <T> String measured(String name, int sessions, Sink<T> sink, Supplier<T> record) {
    round(sessions, sink, record);
    double[] rounds = new double[Math.max(4, sessions / ROUND)];
    for (int i = 0; i < rounds.length; i++) {
      long before = nanos();
      round(ROUND, sink, record);
      rounds[i] = (nanos() - before) / 1e3 / ROUND;
    }
    Arrays.sort(rounds);
    int last = rounds.length - 1;
    return String.format(
        Locale.ROOT, "\"%s\": [%.2f, %.2f, %.2f]", name, rounds[last / 4], rounds[last / 2], rounds[last * 3 / 4]);
  }

  private static <T> void round(int sessions, Sink<T> sink, Supplier<T> record) {
    for (int written = 0; written < sessions; written += BATCH) {
      List<T> batch = new ArrayList<>(BATCH);
      for (int i = 0; i < BATCH; i++) {
        batch.add(record.get());
      }
      Result result = sink.write(batch).toCompletableFuture().join();
      if (result != Result.WRITTEN) {
        throw new IllegalStateException("a batch was not written: " + result);
      }
    }
  }

  private static long nanos() {
    long all = 0;
    for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().matches("store-\\d+")) {
        all += THREADS.getThreadCpuTime(thread.getThreadId());
      }
    }
    return all;
  }

  private static String id(Instant now) {
    UUID random = UUID.randomUUID();
    long time = now.toEpochMilli() << 16 | 0x7000 | random.getMostSignificantBits() & 0xfff;
    return new UUID(time, random.getLeastSignificantBits()).toString();
  }

  private DeviceId device() {
    return DeviceId.of("phone-" + number++ * 7919L % devices);
  }

  private RequestRecord request() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    var device = new RequestStep.NamedDevice(device(), "Pixel 8, bench 3");
    List<RequestStep> steps =
        List.of(
            RequestStep.of(RequestStep.Kind.ADMITTED, now),
            RequestStep.of(RequestStep.Kind.LOCKED, now).on(device).took(Duration.ofNanos(200_000)),
            RequestStep.of(RequestStep.Kind.ATTEMPT, now).on(device),
            RequestStep.of(RequestStep.Kind.ATTEMPT_ENDED, now)
                .on(device)
                .outcome("created")
                .took(Duration.ofMillis(3)),
            RequestStep.of(RequestStep.Kind.PUBLISHED, now).on(device),
            RequestStep.of(RequestStep.Kind.CREATED, now).on(device).took(Duration.ofMillis(5)));
    RequestRow row =
        new RequestRow(
            id(now),
            now,
            Optional.of(now.plusMillis(5)),
            RequestRow.Outcome.CREATED,
            new RequestRow.Asker("anonymous", Optional.empty(), Optional.empty(), "selenium java 4"),
            "platformname:android",
            new RequestRow.Result(
                Optional.of(UUID.randomUUID().toString()), Optional.of(device), 1, Optional.empty()),
            new RequestRow.Times(
                Duration.ZERO, Duration.ofMillis(3), Optional.of(Duration.ofMillis(5))),
            new RequestRow.ServedBy("3f2c0f8e-0000-4000-8000-000000000001", "lab:1"));
    RequestRecord.Asked asked =
        new RequestRecord.Asked(
            Optional.of("platformname:android"),
            List.of(Map.of("platformName", "Android")),
            Duration.ofSeconds(20),
            0,
            60);
    return new RequestRecord(row, asked, steps, 0);
  }

  /** A session that ends before its begin is written has both in one batch. */
  private static List<PeriodChange> both(List<DevicePeriod> ended) {
    List<PeriodChange> changes = new ArrayList<>();
    for (DevicePeriod each : ended) {
      changes.add(
          new PeriodChange.Begin(
              new DevicePeriod(
                  each.id(),
                  each.device(),
                  each.kind(),
                  each.began(),
                  Optional.empty(),
                  each.until(),
                  each.labels())));
      changes.add(new PeriodChange.Whole(each));
    }
    return changes;
  }

  private DevicePeriod period() {
    Instant now = Instant.now();
    DeviceId device = device();
    DevicePeriod.Who who =
        new DevicePeriod.Who(
            Optional.of(UUID.randomUUID().toString()),
            Optional.of(id(now)),
            Optional.empty(),
            Optional.of("anonymous"));
    return new DevicePeriod(
        "session/" + device + "/0/" + number,
        new DevicePeriod.NamedDevice(device, "Pixel 8, bench 3", "android"),
        Kind.SESSION,
        now,
        Optional.of(now.plusMillis(20)),
        Optional.empty(),
        new DevicePeriod.Labels(who, "client_deleted", ""));
  }

  private CommandRecord commands() {
    CommandSummary one = new CommandSummary(1, 0, 0, List.of(), List.of());
    return new CommandRecord(
        UUID.randomUUID().toString(), "3f2c0f8e-0000-4000-8000-000000000001", Instant.now(), one);
  }
}
