package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.RunException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Assigns the devices of a run to its workers, for testkits before 0.7 (test-suites.md). */
final class ClaimDevice {
  private final RunChanges changes;
  private final Duration ttl;

  ClaimDevice(Runs runs, RunConfig config, RunListener listener) {
    this.changes = new RunChanges(runs, listener);
    this.ttl = config.claims().ttl();
  }

  /** Claims the first device without a claim or whose claim is older than its TTL. */
  CompletionStage<Reservation> claim(RunId id, String worker) {
    return changes
        .apply(id, (run, now) -> claimed(run, worker, now))
        .thenApply(changed -> newest(changed.after(), worker));
  }

  /** Releases a worker's claim on a device. */
  CompletionStage<Run> release(RunId id, DeviceId device, String worker) {
    return changes
        .apply(id, (run, now) -> unclaimed(run, device, worker, now))
        .thenApply(Runs.Changed::after);
  }

  private Run claimed(Run run, String worker, Instant now) {
    if (!run.live()) {
      throw new RunException(
          Kind.TERMINAL, "Run %s is already %s".formatted(run.id(), run.state().code()));
    }
    return run.reservations().stream()
        .filter(entry -> entry.usable(now) && !taken(entry, now))
        .findFirst()
        .map(entry -> run.claim(entry, Optional.of(new Claim(worker, now)), now))
        .orElseThrow(() -> nothing(run, now));
  }

  private boolean taken(Reservation entry, Instant now) {
    return entry.claim().filter(claim -> now.isBefore(claim.at().plus(ttl))).isPresent();
  }

  private static Reservation newest(Run run, String worker) {
    return run.reservations().stream()
        .filter(entry -> entry.claim().filter(c -> c.worker().equals(worker)).isPresent())
        .max(Comparator.comparing(entry -> entry.claim().orElseThrow().at()))
        .orElseThrow();
  }

  private static Run unclaimed(Run run, DeviceId device, String worker, Instant now) {
    Optional<Reservation> held = run.holding(device);
    if (held.isEmpty()) {
      if (run.reservations().stream().anyMatch(entry -> entry.device().equals(device))) {
        return run;
      }
      throw new RunException(
          Kind.NOT_RESERVED, "Device %s is not reserved by run %s".formatted(device, run.id()));
    }
    Optional<Claim> claim = held.get().claim();
    if (claim.isEmpty() || !claim.get().worker().equals(worker)) {
      throw new RunException(
          Kind.NOT_CLAIMED, "Device %s is not claimed by worker %s".formatted(device, worker));
    }
    return run.claim(held.get(), Optional.empty(), now);
  }

  private RunException nothing(Run run, Instant now) {
    Map<String, Object> details = new HashMap<>();
    run.reservations().stream()
        .filter(Reservation::holds)
        .flatMap(entry -> next(entry, now).stream())
        .min(Comparator.naturalOrder())
        .ifPresent(next -> details.put("next_available_at", next));
    return new RunException(
        Kind.NOTHING_CLAIMABLE,
        "No device of run %s can be claimed now".formatted(run.id()),
        details);
  }

  private Optional<Instant> next(Reservation entry, Instant now) {
    return entry
        .exclusion(now)
        .map(Exclusion::until)
        .orElseGet(() -> entry.claim().map(claim -> claim.at().plus(ttl)));
  }
}
