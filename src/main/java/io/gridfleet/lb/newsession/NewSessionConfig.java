package io.gridfleet.lb.newsession;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Durations;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import io.gridfleet.lb.newsession.failure.FailureRowConfig;
import java.time.Duration;
import java.util.List;

/** The configuration of new session requests (capabilities.md#time-limits). */
public record NewSessionConfig(
    @Key(doc = "How long a request waits for a device when it doesn't say.", fallback = "20s")
        Duration waitForDevice,
    @Key(doc = "The longest wait that a request may ask for.", fallback = "1d", min = "1s")
        Duration maxWait,
    @Key(
            doc = "How long one attempt on a device may take when the request doesn't say.",
            fallback = "2min",
            min = "1s")
        Duration attemptTimeout,
    @Key(doc = "How often a waiting client gets a sign of life.", fallback = "10s", min = "100ms")
        Duration progressInterval,
    @Key(doc = "Waits longer than this get signs of life unasked.", fallback = "1h")
        Duration progressAutoAfter,
    @Key(doc = "How long a device that failed is avoided.", fallback = "10min") Duration avoidFor,
    @Key(doc = "Whether an unknown gridfleet: capability is refused.", fallback = "false")
        boolean strict,
    @Key(
            doc = "How long a device stays locked when its replica dies.",
            fallback = "30s",
            min = "1s")
        Duration lockExpiry,
    @Key(doc = "How often a lock in use is renewed.", fallback = "10s", min = "100ms")
        Duration lockRenewal,
    @Key(
            doc = "How long the answer to an X-Idempotency-Key is kept for repeats.",
            fallback = "30min")
        Duration idempotencyFor,
    @Key(
            doc =
                "The most requests with an X-Idempotency-Key that one token, or without tokens one"
                    + " address, may have under way on a replica.",
            fallback = "1000",
            min = "1")
        int maxKeysPerCaller,
    @Key(doc = "Answers of nodes that mean something else here; looked at before the known ones.")
        List<FailureRowConfig> failures)
    implements ValidatedConfig {

  @Override
  public void check(ConstraintErrors complaints) {
    if (waitForDevice.compareTo(maxWait) > 0) {
      complaints.at("waitForDevice", notAbove("maxWait", maxWait));
    }
    if (progressInterval.compareTo(progressAutoAfter) >= 0) {
      complaints.at(
          "progressInterval",
          "must be shorter than 'progressAutoAfter' (" + Durations.text(progressAutoAfter) + ")");
    }
    if (lockRenewal.multipliedBy(2).compareTo(lockExpiry) > 0) {
      complaints.at(
          "lockRenewal",
          "must be at most half of 'lockExpiry' ("
              + Durations.text(lockExpiry)
              + "), so that one late renewal loses no lock");
    }
  }

  private static String notAbove(String other, Duration value) {
    return "must not be longer than '" + other + "' (" + Durations.text(value) + ")";
  }
}
