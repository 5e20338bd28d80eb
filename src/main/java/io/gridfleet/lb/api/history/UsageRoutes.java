package io.gridfleet.lb.api.history;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.ValidationErrors;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.history.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How much the devices were used, by platform and hour. */
public final class UsageRoutes {
  private static final Duration MAX_RANGE = Duration.ofDays(31);
  private static final Duration RANGE = Duration.ofDays(1);

  /** An answer is used again for so many times as long as it took, at most a minute. */
  private static final int REST = 20;

  private static final long MAX_REST = Duration.ofMinutes(1).toNanos();
  private static final int MAX_ANSWERS = 16;

  /** What an answer depends on: the query as given, and who asks. */
  private record Key(
      Optional<Instant> from,
      Optional<Instant> to,
      Optional<String> platform,
      Optional<Tenant> caller) {}

  /** A failure isn't kept. */
  private record Computed(CompletableFuture<ApiAnswer> answer, long tookNanos) {}

  private final AsyncCache<Key, Computed> answers;
  private final Usage usage;
  private final DeviceRows devices;
  private final InstantSource clock;

  private final Ticker ticker;

  public UsageRoutes(Usage usage, DeviceRows devices, InstantSource clock, Ticker ticker) {
    this.ticker = ticker;
    this.answers =
        Caffeine.newBuilder()
            .maximumSize(MAX_ANSWERS)
            .ticker(ticker)
            .expireAfter(
                Expiry.<Key, Computed>creating(
                    (key, computed) ->
                        Duration.ofNanos(Math.min(MAX_REST, REST * computed.tookNanos()))))
            .buildAsync();
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
    Key key =
        new Key(
            call.query().time("from"),
            call.query().time("to"),
            platform,
            call.caller().seesAll() ? Optional.empty() : Optional.of(call.caller().tenant()));
    return answers
        .get(
            key,
            (same, executor) ->
                computed(new Usage.Query(from, to, call.caller().only()), call, platform))
        .thenCompose(Computed::answer);
  }

  private CompletableFuture<Computed> computed(
      Usage.Query query, ApiCall call, Optional<String> platform) {
    long began = ticker.read();
    List<Device> seen = devices.devices(call.caller());
    return usage
        .waits(query)
        .thenCompose(
            waits -> {
              UsageHours hours = new UsageHours(query, seen, platform);
              waits.forEach(hours::add);
              return usage
                  .sums(query, hours.groups())
                  .thenApply(
                      sums -> {
                        sums.forEach(hours::add);
                        return ApiAnswers.ok(hours.body());
                      });
            })
        .handle(
            (answer, failure) ->
                failure == null
                    ? new Computed(CompletableFuture.completedFuture(answer), ticker.read() - began)
                    : new Computed(CompletableFuture.failedFuture(failure), 0))
        .toCompletableFuture();
  }
}
