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
 * A CI run and its holds on devices.
 *
 * <p>States: preparing → active → completed; from both, cancelled and expired (contract §6). A run
 * in a terminal state holds nothing. Every method answers the run as it is afterwards; the same
 * object when nothing changed.
 */
public record Run(
    RunId id, RunRequest request, Status status, Times times, List<Reservation> reservations) {
  public Run {
    reservations = List.copyOf(reservations);
  }

  /**
   * Where it stands.
   *
   * @param error why it ended, when that wasn't its own wish
   * @param version counts the changes; of two copies the one with the higher version is newer
   */
  public record Status(RunState state, Optional<String> error, long version) {}

  /** When what happened, by the store's clock. */
  public record Times(
      Instant created,
      Optional<Instant> started,
      Optional<Instant> completed,
      Instant lastHeartbeat) {}

  /** A run that begins now. */
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
   * Whether it belongs to a tenant. A run from before tenants were recorded is anybody's until it
   * ends.
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

  /** The entry of a device that this run still holds. */
  public Optional<Reservation> holding(DeviceId device) {
    return reservations.stream()
        .filter(entry -> entry.holds() && entry.device().equals(device))
        .findFirst();
  }

  /** The suite is ready: the run is active from now on. */
  Run ready(Instant now) {
    if (state() != RunState.PREPARING) {
      throw illegal("ready");
    }
    return started(now);
  }

  /** Like {@link #ready}, but no fault in an active run. */
  Run activate(Instant now) {
    if (!live()) {
      throw illegal("active");
    }
    return started(now);
  }

  /** The first session of a run makes it active; anything else is left alone. */
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

  Run cancel(Instant now) {
    return end(RunState.CANCELLED, "cancel", Optional.empty(), now);
  }

  /** Ends the run on an operator's word, whatever its state. */
  Run forceRelease(Instant now) {
    return ended(RunState.CANCELLED, Optional.of("Force released by an administrator"), now);
  }

  /** Ends the run if its heartbeat stopped or its time is up. */
  Run expire(Instant now) {
    if (!live()) {
      return this;
    }
    return overdue(now).map(why -> ended(RunState.EXPIRED, Optional.of(why), now)).orElse(this);
  }

  /** Why the run should be ended now. */
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

  /** Notes a sign of life; a run that ended has none. */
  Run beat(Instant now) {
    if (!live()) {
      return this;
    }
    Times newer = new Times(times.created(), times.started(), times.completed(), now);
    return with(state(), status.error(), newer, reservations);
  }

  /** Takes one device out of service within this run. */
  Run exclude(DeviceId device, String reason, Instant now) {
    Reservation entry = held(device);
    Exclusion exclusion = new Exclusion(reason, now, Optional.empty());
    return replace(entry, entry.excluded(exclusion, entry.cooldowns()));
  }

  /**
   * Lets one device rest; at the threshold it is excluded for good.
   *
   * @param threshold how many cooldowns are too many; 0 means there is no such number
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

  /** Notes that a device failed an attempt; nothing when the run doesn't hold it any more. */
  Run attemptFailed(DeviceId device) {
    return holding(device).map(entry -> replace(entry, entry.failed())).orElse(this);
  }

  Run claim(Reservation entry, Optional<Claim> claim) {
    return replace(entry, entry.claimed(claim));
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
    return new Run(id, request, new Status(state, error, status.version() + 1), newer, entries);
  }

  private RunException illegal(String event) {
    return RunException.illegal(this, event);
  }
}
