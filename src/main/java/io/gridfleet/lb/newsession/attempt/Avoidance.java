package io.gridfleet.lb.newsession.attempt;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.AvoidedDevices;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.history.RecordedCapabilities;
import io.gridfleet.lb.listener.IsolatedListeners;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.failure.FailureTable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Avoids a device that was at fault for a failed attempt, until a success or the end of the time.
 * Any thread.
 */
public final class Avoidance {
  private static final Logger log = LoggerFactory.getLogger(Avoidance.class);

  /** The minimum delay of a check, because the store's clock may be behind the local one. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private static final int MAX_CAUSE = 1_000;

  /** The delay of a check that failed, because the store couldn't be read. */
  private static final Duration RETRY_DELAY = Duration.ofSeconds(10);

  private final AvoidedDevices facts;
  private final FleetUpdates updates;
  private final NewSessionListener listener;
  private final Duration howLong;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final FailureMemory memory = new FailureMemory();

  /** The ends of avoidances that this process recorded. */
  private final Map<DeviceId, Instant> recorded = new ConcurrentHashMap<>();

  /** The time of each device's last success in this process. */
  private final Map<DeviceId, Instant> succeeded = new ConcurrentHashMap<>();

  public Avoidance(
      AvoidedDevices facts,
      FleetUpdates updates,
      NewSessionListener listener,
      Duration howLong,
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.facts = facts;
    this.updates = updates;
    this.listener = IsolatedListeners.of(NewSessionListener.class, listener);
    this.howLong = howLong;
    this.timer = timer;
    this.clock = clock;
  }

  /**
   * Starts or ends the avoidance of a device by the outcome of an attempt. The store isn't asked to
   * end what isn't known here; {@link #beganElsewhere} ends what another replica has recorded
   * shortly before.
   *
   * @return completes when the store has recorded it, or failed to; never exceptionally
   */
  public CompletionStage<Void> judge(
      NewSessionRequest request, Device device, AttemptOutcome outcome) {
    if (outcome instanceof AttemptOutcome.DeviceFailed failure
        && !failure.causeCode().equals(FailureTable.NO_BIDI)) {
      updates.attemptFailed(device.id());
      if (memory.marks(device.id(), failure)) {
        return avoid(
            request,
            device,
            RecordedCapabilities.withoutSecrets(
                request.payload().candidates(), failure.cause(), MAX_CAUSE));
      }
    } else if (outcome instanceof AttemptOutcome.Created) {
      memory.succeeded(device.id());
      succeeded.put(device.id(), clock.instant());
      return updates.attemptSucceeded(device.id()) || recorded.containsKey(device.id())
          ? endAvoidance(device)
          : CompletableFuture.completedFuture(null);
    }
    return CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Void> endAvoidance(Device device) {
    boolean stoodHere = recorded.remove(device.id()) != null;
    return facts
        .endAvoidance(device.id())
        .exceptionally(
            failure -> {
              logged(failure);
              return false;
            })
        .thenAccept(
            stood -> {
              if (stood || stoodHere) {
                listener.avoidanceChanged(device, Optional.empty());
              }
            });
  }

  /**
   * Handles an avoidance that another replica has recorded. It ends at once if a session was
   * created on the device here since: that success came before the signal, so it found nothing to
   * end.
   *
   * @param until its end, by the clock of the replica that recorded it
   */
  public void beganElsewhere(Device device, Instant until) {
    Instant success = succeeded.get(device.id());
    if (success != null && success.isAfter(until.minus(howLong))) {
      endAvoidance(device);
    }
  }

  /** Handles the end of an avoidance by another replica. */
  public void endedElsewhere(DeviceId device) {
    recorded.remove(device);
  }

  private CompletionStage<Void> avoid(NewSessionRequest request, Device device, String cause) {
    listener.avoided(request, device, cause);
    return facts
        .avoid(device.id(), howLong, cause)
        .thenAccept(entry -> avoidanceStored(device, entry))
        .exceptionally(Avoidance::logged);
  }

  private void avoidanceStored(Device device, AvoidedDevice entry) {
    updates.avoided(entry);
    listener.avoidanceChanged(device, Optional.of(entry));
    watch(device, entry.until());
  }

  private void watch(Device device, Instant end) {
    recorded.put(device.id(), end);
    Duration left = Duration.between(clock.instant(), end);
    checkAfter(left.compareTo(AGAIN) > 0 ? left : AGAIN, device, end);
  }

  private void checkAfter(Duration pause, Device device, Instant end) {
    Timers.after(
        timer,
        pause,
        "the end of the avoidance of device " + device.id(),
        () -> timeIsOver(device, end));
  }

  /**
   * Reports the end of an avoidance, unless it was renewed meanwhile, here or by another replica.
   * The entry is kept until the store has answered, so that the check is repeated until then.
   */
  private void timeIsOver(Device device, Instant end) {
    if (end.equals(recorded.get(device.id()))) {
      facts
          .all()
          .thenAccept(all -> checked(device, end, all))
          .exceptionally(
              failure -> {
                checkAfter(RETRY_DELAY, device, end);
                return logged(failure);
              });
    }
  }

  private void checked(Device device, Instant end, List<AvoidedDevice> all) {
    if (recorded.remove(device.id(), end)) {
      all.stream()
          .filter(entry -> entry.device().equals(device.id()))
          .findFirst()
          .ifPresentOrElse(
              entry -> watch(device, entry.until()),
              () -> {
                listener.avoidanceChanged(device, Optional.empty());
                listener.avoidanceExpired(device);
              });
    }
  }

  private static Void logged(Throwable failure) {
    log.warn("avoidance can't be recorded: {}", failure.toString());
    return null;
  }
}
