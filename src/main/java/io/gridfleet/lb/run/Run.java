package io.gridfleet.lb.run;

import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.RunException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A CI run and its reservations; immutable.
 *
 * <p>States: preparing → active → completed; preparing and active → cancelled or expired
 * (test-suites.md#life-of-a-run). A run in a terminal state holds no device. Methods return the
 * changed run, or this object if nothing changed.
 */
public record Run(
    RunId id, RunRequest request, Status status, Times times, List<Reservation> reservations) {
  public Run {
    reservations = List.copyOf(reservations);
  }

  /**
   * The state of a run.
   *
   * @param error why it ended, if it didn't complete
   * @param version the number of changes; of two copies the one with the higher version is newer
   * @param by who ended it, if somebody cancelled or released it
   */
  public record Status(RunState state, Optional<String> error, long version, Optional<String> by) {
    public Status(RunState state, Optional<String> error, long version) {
      this(state, error, version, Optional.empty());
    }

    Status by(String who) {
      return new Status(state, error, version, Optional.of(who));
    }
  }

  /** The times of the run's changes, by the store's clock. */
  public record Times(
      Instant created,
      Optional<Instant> started,
      Optional<Instant> completed,
      Instant lastHeartbeat) {}

  /** Returns a new run. */
  public static Run begin(
      RunId id, RunRequest request, List<Reservation> reservations, Instant now) {
    return new Run(
        id,
        request,
        new Status(RunState.PREPARING, Optional.empty(), 1),
        new Times(now, Optional.empty(), Optional.empty(), now),
        reservations);
  }

  public String name() {
    return request.name();
  }

  /**
   * Returns whether it belongs to a tenant. A run from before tenants were recorded belongs to
   * every tenant.
   */
  public boolean isOf(Tenant tenant) {
    return tenant.owns(request.tenant()) || (request.tenant().isEmpty() && live());
  }

  public RunState state() {
    return status.state();
  }

  public boolean live() {
    return !state().terminal();
  }

  /** Returns the unreleased reservation of a device. */
  public Optional<Reservation> holding(DeviceId device) {
    return reservations.stream()
        .filter(entry -> entry.holds() && entry.device().equals(device))
        .findFirst();
  }

  /** Makes a preparing run active. */
  Run ready(Instant now) {
    if (state() != RunState.PREPARING) {
      throw illegal("ready");
    }
    return started(now);
  }

  /** Like {@link #ready}, but no error if the run is active. */
  Run activate(Instant now) {
    if (!live()) {
      throw illegal("active");
    }
    return started(now);
  }

  /** Makes a preparing run active at its first session; no change in other states. */
  Run sessionBegan(Instant now) {
    return state() == RunState.PREPARING ? started(now) : this;
  }

  private Run started(Instant now) {
    Times newer =
        new Times(
            times.created(), times.started().or(() -> Optional.of(now)), Optional.empty(), now);
    return with(RunState.ACTIVE, Optional.empty(), newer, reservations);
  }

  Run complete(Instant now) {
    return end(RunState.COMPLETED, "complete", Optional.empty(), now);
  }

  Run cancel(String by, Instant now) {
    return end(RunState.CANCELLED, "cancel", Optional.empty(), now).by(by);
  }

  /** Cancels the run in any state at an operator's request. */
  Run forceRelease(String by, Instant now) {
    return ended(RunState.CANCELLED, Optional.of("Force released by an administrator"), now).by(by);
  }

  private Run by(String who) {
    return new Run(id, request, status.by(who), times, reservations);
  }

  /** Expires the run if its heartbeat or TTL timed out. */
  Run expire(Instant now) {
    if (!live()) {
      return this;
    }
    return overdue(now).map(why -> ended(RunState.EXPIRED, Optional.of(why), now)).orElse(this);
  }

  /** Returns why the run is overdue; empty if it isn't. */
  Optional<String> overdue(Instant now) {
    if (now.isAfter(times.lastHeartbeat().plus(request.heartbeatTimeout()))) {
      return Optional.of("Heartbeat timeout: none within " + seconds(request.heartbeatTimeout()));
    }
    if (now.isAfter(times.created().plus(request.ttl()))) {
      return Optional.of("TTL exceeded: the run lasted " + request.ttl().toMinutes() + " minutes");
    }
    return Optional.empty();
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + " seconds";
  }

  private Run end(RunState newer, String event, Optional<String> error, Instant now) {
    if (!live()) {
      throw illegal(event);
    }
    return ended(newer, error, now);
  }

  private Run ended(RunState newer, Optional<String> error, Instant now) {
    Times ended =
        new Times(
            times.created(),
            times.started(),
            times.completed().or(() -> Optional.of(now)),
            times.lastHeartbeat());
    List<Reservation> released = reservations.stream().map(entry -> entry.release(now)).toList();
    return with(newer, error, ended, released);
  }

  /** Records a heartbeat; no change in a terminal state. */
  Run beat(Instant now) {
    if (!live()) {
      return this;
    }
    Times newer = new Times(times.created(), times.started(), times.completed(), now);
    return with(state(), status.error(), newer, reservations);
  }

  /** Excludes a device from this run permanently. */
  Run exclude(DeviceId device, String reason, String by, Instant now) {
    Reservation entry = held(device);
    Exclusion exclusion = new Exclusion(reason, now, Optional.empty(), Optional.of(by));
    return replace(entry, entry.excluded(exclusion, entry.cooldowns()));
  }

  /**
   * Starts a device's cooldown; at the threshold it is excluded permanently.
   *
   * @param threshold the number of cooldowns that excludes it; 0 for no limit
   */
  Run coolDown(DeviceId device, String reason, Duration ttl, int threshold, Instant now) {
    Reservation entry = held(device);
    int count = entry.cooldowns().count() + 1;
    boolean escalated = threshold > 0 && count >= threshold;
    Exclusion exclusion =
        escalated
            ? new Exclusion("Cooldown limit reached: " + reason, now, Optional.empty())
            : new Exclusion(reason, now, Optional.of(now.plus(ttl)));
    return replace(entry, entry.excluded(exclusion, new Reservation.Cooldowns(count, escalated)));
  }

  /** Counts a failed attempt of a device; no change if the run doesn't hold it any more. */
  Run attemptFailed(DeviceId device) {
    return holding(device).map(entry -> replace(entry, entry.failed())).orElse(this);
  }

  Run claim(Reservation entry, Optional<Claim> claim, Instant now) {
    return replace(entry, entry.claimed(claim, now));
  }

  private Reservation held(DeviceId device) {
    if (!live()) {
      throw new RunException(Kind.TERMINAL, "Run %s is already %s".formatted(id, state().code()));
    }
    return holding(device)
        .orElseThrow(
            () ->
                new RunException(
                    Kind.NOT_RESERVED,
                    "Device %s is not actively reserved by run %s".formatted(device, id)));
  }

  private Run replace(Reservation old, Reservation newer) {
    List<Reservation> entries = new ArrayList<>(reservations);
    entries.set(entries.indexOf(old), newer);
    return with(state(), status.error(), times, entries);
  }

  private Run with(RunState state, Optional<String> error, Times newer, List<Reservation> entries) {
    return new Run(
        id, request, new Status(state, error, status.version() + 1, status.by()), newer, entries);
  }

  private RunException illegal(String event) {
    return RunException.illegal(this, event);
  }
}
