package io.gridfleet.lb.api.history;

import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.device.SelectorText;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.RequestBody;
import io.gridfleet.lb.api.http.ValidationErrors;
import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.replay.ReplayException;
import io.gridfleet.lb.distributor.replay.ReplayResult;
import io.gridfleet.lb.distributor.replay.WhatIf;
import io.gridfleet.lb.distributor.replay.WhatIfAnswer;
import io.gridfleet.lb.distributor.replay.WhatIfQuery;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** What more or fewer devices would have changed. */
public final class WhatIfRoutes {
  private static final Set<String> MEMBERS = Set.of("platform", "selector", "add", "from", "to");
  private static final Duration MAX_RANGE = Duration.ofDays(31);
  private static final Duration RANGE = Duration.ofDays(7);

  private final WhatIf whatIf;
  private final DeviceRows devices;
  private final InstantSource clock;

  public WhatIfRoutes(WhatIf whatIf, DeviceRows devices, InstantSource clock) {
    this.whatIf = whatIf;
    this.devices = devices;
    this.clock = clock;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.post(
                "/api/usage/what-if",
                "Replays recorded requests with more or fewer devices",
                this::ask)
            .body("WhatIf")
            .answers(200, "WhatIfAnswer")
            .refuses(400, 422, 429, 503));
  }

  private CompletionStage<ApiAnswer> ask(ApiCall call) {
    RequestBody body = call.body().only(MEMBERS);
    Predicate<Device> kind = kind(body);
    int add = body.requiredNumber("add", -WhatIf.MAX_DEVICES);
    RecordedTraffic.Time time = time(body);
    body.check();
    if (add > WhatIf.MAX_DEVICES) {
      throw ValidationErrors.one(
          "less_than_equal",
          List.of("body", "add"),
          "Input should be less than or equal to " + WhatIf.MAX_DEVICES,
          add);
    }
    List<Device> all =
        devices.all(call.caller()).stream().map(row -> row.state().device()).toList();
    return whatIf
        .ask(new WhatIfQuery(kind, add, time), all)
        .handle(
            (answer, failure) -> {
              if (failure != null) {
                throw refusal(Failures.cause(failure));
              }
              return ApiAnswers.ok(body(answer));
            });
  }

  private static Predicate<Device> kind(RequestBody body) {
    Optional<String> platform = body.optionalText("platform");
    Optional<Object> selector = body.value("selector");
    if (platform.isPresent() == selector.isPresent()) {
      body.fault("either 'platform' or 'selector' is required");
    }
    if (selector.isPresent()) {
      Selector read = SelectorText.read(selector.get());
      return device -> read.matches(device.attributes());
    }
    return device -> device.platform().equals(platform.orElse(""));
  }

  private RecordedTraffic.Time time(RequestBody body) {
    Instant now = clock.instant();
    Instant to = body.time("to").filter(given -> given.isBefore(now)).orElse(now);
    Instant from = body.time("from").orElse(to.minus(RANGE));
    if (!from.isBefore(to) || Duration.between(from, to).compareTo(MAX_RANGE) > 0) {
      body.fault("'from' should be at most 31 days before 'to'");
    }
    return new RecordedTraffic.Time(from, to);
  }

  private static RuntimeException refusal(Throwable cause) {
    if (cause instanceof ReplayException refused) {
      String text = String.valueOf(refused.getMessage());
      return switch (refused.reason()) {
        case INVALID -> ApiError.of(422, text);
        case BUSY -> ApiError.of(429, text).withHeader("Retry-After", "2");
        case TOO_LONG, STOPPED -> ApiError.of(503, text);
      };
    }
    return Failures.unchecked(cause);
  }

  private static Map<String, Object> body(WhatIfAnswer answer) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("from", ApiJson.time(answer.time().from()));
    body.put("to", ApiJson.time(answer.time().to()));
    body.put("requests", answer.requests());
    body.put("before", result(answer.before()));
    body.put("after", result(answer.after()));
    body.put(
        "copied_device",
        answer
            .copied()
            .<Object>map(device -> Map.of("id", device.id().value(), "name", device.name()))
            .orElse(ApiJson.NULL));
    body.put("assumptions", answer.assumptions());
    return body;
  }

  private static Map<String, Object> result(ReplayResult result) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("served", result.served());
    body.put("refused", result.refused());
    body.put("left", result.left());
    body.put("p50_ms", millis(result.quantile(0.5)));
    body.put("p90_ms", millis(result.quantile(0.9)));
    return body;
  }

  private static Object millis(Optional<Duration> wait) {
    return wait.<Object>map(Duration::toMillis).orElse(ApiJson.NULL);
  }
}
