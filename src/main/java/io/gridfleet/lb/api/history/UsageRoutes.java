package io.gridfleet.lb.api.history;

import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.ValidationErrors;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.history.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** How much the devices were used, by platform and hour. */
public final class UsageRoutes {
  private static final Duration MAX_RANGE = Duration.ofDays(31);
  private static final Duration RANGE = Duration.ofDays(1);

  private final Usage usage;
  private final DeviceRows devices;
  private final InstantSource clock;

  public UsageRoutes(Usage usage, DeviceRows devices, InstantSource clock) {
    this.usage = usage;
    this.devices = devices;
    this.clock = clock;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get(
                "/api/usage",
                "Returns the use of devices and the waits by platform and hour",
                this::usage)
            .query("from", "to", "platform")
            .answers(200, "Usage")
            .refuses(422));
  }

  private CompletionStage<ApiAnswer> usage(ApiCall call) {
    Instant now = clock.instant();
    Instant to = call.query().time("to").filter(given -> given.isBefore(now)).orElse(now);
    Instant from = call.query().time("from").orElse(to.minus(RANGE));
    Optional<String> platform = call.query().text("platform");
    call.query().check();
    if (!from.isBefore(to) || Duration.between(from, to).compareTo(MAX_RANGE) > 0) {
      throw ValidationErrors.one(
          "value_error",
          List.of("query", "from"),
          "Input should be 31 days before 'to' at most",
          "");
    }
    List<Device> seen =
        devices.all(call.caller()).stream().map(row -> row.state().device()).toList();
    Usage.Query query = new Usage.Query(from, to, call.caller().only());
    return usage
        .spans(query)
        .thenCombine(
            usage.waits(query),
            (spans, waits) -> {
              UsageHours hours = new UsageHours(query, seen, platform);
              spans.forEach(hours::add);
              waits.forEach(hours::add);
              return ApiAnswers.ok(hours.body());
            });
  }
}
