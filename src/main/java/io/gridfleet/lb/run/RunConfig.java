package io.gridfleet.lb.run;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Durations;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import java.time.Duration;
import java.util.List;

/** The configuration of runs (test-suites.md#life-of-a-run). */
public record RunConfig(
    @Key(doc = "The TTL of a run that requests none.", fallback = "1h", min = "1min") Duration ttl,
    @Key(doc = "The maximum TTL that a run may request.", fallback = "3h", min = "1min")
        Duration mostTtl,
    @Key(doc = "The heartbeat timeout of a run that requests none.", fallback = "2min", min = "1s")
        Duration heartbeatTimeout,
    @Key(
            doc = "The interval at which runs are checked for expiry.",
            fallback = "15s",
            min = "100ms")
        Duration expiryInterval,
    @Key(doc = "Cooldowns of devices.") Cooldown cooldown,
    @Key(doc = "The claim routes of testkits before 0.7.") LegacyClaims claims,
    @Key(doc = "Driver packs in addition to the built-in ones, or replacing them.")
        List<DriverPackConfig> packs)
    implements ValidatedConfig {

  /** Limits of cooldowns. */
  public record Cooldown(
      @Key(doc = "The longest cooldown that a suite may request.", fallback = "1h") Duration most,
      @Key(
              doc =
                  "The number of cooldowns in one run that puts a device into maintenance; 0 for none.",
              fallback = "3",
              min = "0")
          int threshold) {}

  /** The claim routes of testkits before 0.7. */
  public record LegacyClaims(
      @Key(doc = "Whether the routes exist.", fallback = "false") boolean enabled,
      @Key(
              doc = "The time after which another worker may claim a claimed device.",
              fallback = "2min")
          Duration ttl,
      @Key(doc = "Retry-After of a worker that finds no free device.", fallback = "5s")
          Duration retryAfter) {}

  @Override
  public void check(ConstraintErrors complaints) {
    if (ttl.compareTo(mostTtl) > 0) {
      complaints.at("ttl", "must not be longer than 'mostTtl' (" + Durations.text(mostTtl) + ")");
    }
    if (expiryInterval.compareTo(heartbeatTimeout) > 0) {
      complaints.at(
          "expiryInterval",
          "must not be longer than 'heartbeatTimeout' (" + Durations.text(heartbeatTimeout) + ")");
    }
  }
}
