package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.DeviceHistory.Filter;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.DevicePeriod.Labels;
import io.gridfleet.lb.history.DevicePeriod.NamedDevice;
import io.gridfleet.lb.history.DevicePeriod.Who;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.PeriodChange;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Periods of one device, written and read as the contract's tests do. */
final class DevicePeriods {
  final DeviceId phone = device();
  final Instant noon = Instant.now().truncatedTo(ChronoUnit.MILLIS).minusSeconds(3_600);
  private final DeviceHistory history;

  DevicePeriods(DeviceHistory history) {
    this.history = history;
  }

  DevicePeriod period(String id, Kind of, Instant began, Optional<Instant> ended) {
    return period(id, of, began, ended, Optional.empty(), "ci");
  }

  DevicePeriod period(
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

  void write(PeriodChange... changes) {
    assertThat(now(history.write(List.of(changes)))).isEqualTo(Result.WRITTEN);
  }

  PeriodChange begin(String id, Kind of, Instant began) {
    return new PeriodChange.Begin(period(id, of, began, Optional.empty()));
  }

  List<DevicePeriod> all() {
    Filter filter = new Filter(phone, Optional.empty(), Optional.empty(), Optional.empty());
    return now(history.page(filter, Optional.empty(), 100)).periods();
  }
}
