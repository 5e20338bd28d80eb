package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.RunException.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Excludes a device from its run, for a cooldown or until an operator ends its maintenance. */
final class ExcludeDevice {
  private final RunChanges changes;
  private final ChangeOverride overrides;
  private final RunConfig config;
  private final RunListener listener;

  ExcludeDevice(Runs runs, ChangeOverride overrides, RunConfig config, RunListener listener) {
    this.changes = new RunChanges(runs, listener);
    this.overrides = overrides;
    this.config = config;
    this.listener = listener;
  }

  /**
   * Excludes a device that the suite can't prepare, with exactly this message, and puts it into
   * maintenance. The run's other devices stay usable.
   *
   * @param by who reported it
   */
  CompletionStage<Run> reportPreparationFailure(
      RunId id, DeviceId device, String message, String by) {
    String reason = notBlank(message, "message");
    return changes
        .apply(id, (run, now) -> run.exclude(device, reason, by, now))
        .thenCompose(
            changed ->
                overrides
                    .maintenance(device, Optional.of(reason), by)
                    .thenApply(
                        done -> {
                          listener.preparationFailed(changed.after(), device, reason);
                          return changed.after();
                        }));
  }

  /**
   * Starts a device's cooldown. Too many cooldowns in one run put it into maintenance.
   *
   * @param by who asked for it
   * @return the device's reservation after the change
   */
  CompletionStage<Reservation> coolDown(
      RunId id, DeviceId device, String reason, Duration ttl, String by) {
    if (ttl.compareTo(config.cooldown().most()) > 0) {
      throw new RunException(
          Kind.COOLDOWN_TOO_LONG,
          "ttl_seconds must be <= %d".formatted(config.cooldown().most().toSeconds()));
    }
    String why = notBlank(reason, "reason");
    int threshold = config.cooldown().threshold();
    return changes
        .apply(id, (run, now) -> run.coolDown(device, why, ttl, threshold, now))
        .thenCompose(
            changed -> {
              Run run = changed.after();
              Reservation entry = run.holding(device).orElseThrow();
              listener.coolingDown(run, device, ttl);
              return entry.cooldowns().escalated()
                  ? escalate(run, entry, by)
                  : CompletableFuture.completedStage(entry);
            });
  }

  private CompletionStage<Reservation> escalate(Run run, Reservation entry, String by) {
    String reason = entry.exclusion().map(Exclusion::reason).orElse("");
    return overrides
        .maintenance(entry.device(), Optional.of(reason), by)
        .thenApply(
            done -> {
              listener.escalated(run, entry.device());
              return entry;
            });
  }

  private static String notBlank(String text, String name) {
    if (text.isBlank()) {
      throw new RunException(Kind.BLANK, name + " must not be blank");
    }
    return text.strip();
  }
}
