package io.gridfleet.lb.distributor;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks.RemoteWaiters;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.distributor.fleet.SlotTable;
import io.gridfleet.lb.distributor.queue.Effects;
import io.gridfleet.lb.distributor.queue.Effects.Pick;
import io.gridfleet.lb.distributor.queue.Waiter;
import io.gridfleet.lb.distributor.replicas.Precedence;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests the locks of picked slots from the store, and applies its answers to the model.
 *
 * <p>Threads: a lock is requested by the thread whose change picked the slot; the answer arrives on
 * any thread of the store. Neither holds the distributor's lock while the store is called.
 *
 * <p>A refusal may be overtaken by signals of slots that were freed meanwhile. So each request
 * records the number of releases seen before it ({@code timesFreed} of the device, {@link
 * #releasesSeen} of all devices); after a refusal with a newer release, nothing is remembered and
 * the store is asked again at once. A remembered refusal expires, in case the signal that ends it
 * arrived before it.
 */
final class LockRequests {
  private static final Logger log = LoggerFactory.getLogger(LockRequests.class);

  private final ModelLock modelLock;
  private final Matching matching;
  private final LockKeeper locks;
  private final ScheduledExecutorService timer;
  private final Duration guessExpiry;
  private final QuotaRechecks full;

  /** Releases seen. Incremented under the distributor's lock, read without it. */
  private final AtomicLong releasesSeen = new AtomicLong();

  /**
   * @param matching only touched under the lock of {@code modelLock}
   * @param guessExpiry how long a refusal of a slot or of a tenant's quota is remembered
   */
  LockRequests(
      ModelLock modelLock,
      Matching matching,
      LockKeeper locks,
      ScheduledExecutorService timer,
      Duration guessExpiry) {
    this.modelLock = modelLock;
    this.matching = matching;
    this.locks = locks;
    this.timer = timer;
    this.guessExpiry = guessExpiry;
    this.full = new QuotaRechecks(modelLock, matching, timer, guessExpiry);
  }

  /**
   * Requests the lock. Called without the distributor's lock. Reads the number of releases before
   * it calls the store, because the answer may not reflect later ones.
   */
  void ask(Pick pick) {
    PlacementRequest request = pick.waiter().placement();
    Optional<String> run = pick.question().run();
    long seen = releasesSeen.get();
    CompletionStage<LockResult> answer;
    try {
      answer =
          locks.tryLock(
              pick.device(),
              request,
              run,
              new RemoteWaiters(Precedence.yieldedTo(pick.before()), pick.othersWait()));
    } catch (RuntimeException refused) {
      answer = CompletableFuture.failedFuture(refused);
    }
    answer.whenComplete(
        (result, failure) -> {
          try {
            answered(pick, seen, result, failure);
          } catch (RuntimeException mistake) {
            endAfterBug(pick.waiter(), mistake);
          }
        });
  }

  /**
   * Applies an answer. After a failure the lock may be held unknown to this replica: it expires in
   * the store.
   */
  private void answered(
      Pick pick, long seen, @Nullable LockResult result, @Nullable Throwable failure) {
    if (failure != null) {
      failed(pick, new Placement.StoreGone(failure));
    } else if (result instanceof LockResult.Taken taken) {
      granted(pick, taken.lock());
    } else if (result instanceof LockResult.OverQuota) {
      overQuota(pick, seen);
    } else {
      heldElsewhere(pick);
    }
  }

  /**
   * Ends a request whose answer was applied partly because of a bug: otherwise the exception would
   * be lost in the store's stage, and the request would never end.
   */
  private void endAfterBug(Waiter waiter, RuntimeException mistake) {
    log.error(
        "the lock's answer for request {} can't be applied", waiter.placement().request(), mistake);
    modelLock.make(
        (now, effects) -> matching.waiters().end(waiter, Waiter.Answer.of(mistake), effects));
  }

  /**
   * Counts a release, here or on another replica. Called under the lock, before the model changes,
   * so that earlier answers are recognized.
   */
  void freed() {
    releasesSeen.incrementAndGet();
  }

  /**
   * Places the request. Other replicas are notified where that saves them a refused request to the
   * store. Remote heads to which the device was yielded lose their claim to it.
   */
  private void granted(Pick pick, DeviceLock lock) {
    Waiter waiter = pick.waiter();
    Placement.Placed placed = new Placement.Placed(pick.device(), lock, pick.candidate());
    modelLock.make(
        (now, effects) -> {
          // The event comes first: an unexpected answer must not be counted.
          if (!matching.waiters().lockGranted(waiter, placed, effects)) {
            return;
          }
          SlotTable fleet = matching.fleet();
          DeviceState state = fleet.state(lock.device());
          if (state != null) {
            state.slots().taken(new HeldLock(lock, HeldLock.Kind.ATTEMPT, now, Optional.empty()));
            fleet.changed(state);
            fleet.tenants().confirm(lock, waiter.placement().quota().tenant());
            if (pick.before() > 0 && matching.remoteHeads().markMissed(waiter, state, now)) {
              effects.publish(new FleetSignal.WhoWaits());
            }
          }
          Optional<String> counted = waiter.placement().quota().counted();
          if (pick.othersWait() || counted.isPresent()) {
            effects.publish(
                new FleetSignal.Taken(lock.device(), lock.slot(), lock.token(), counted));
          }
          matching.assignment().serveYielded(now, effects);
        });
  }

  /** Counts the slot as free although its holder is unknown: the next lock request finds out. */
  private void failed(Pick pick, Placement answer) {
    modelLock.make(
        (now, effects) -> {
          if (matching.waiters().lockFailed(pick.waiter(), answer, effects)) {
            DeviceState state = matching.cancel(pick);
            if (state != null) {
              matching.assignment().serve(state, now, effects);
            }
            matching.assignment().serveYielded(now, effects);
          }
        });
  }

  /**
   * Handles a refusal because of another replica, or of a run whose reservation isn't known here:
   * the slot counts as held until an update of the device, or {@link #expireGuess}. Not if a slot
   * of the device was freed meanwhile, nor if the device doesn't admit the request any more, which
   * explains the refusal.
   */
  private void heldElsewhere(Pick pick) {
    modelLock.make(
        (now, effects) -> {
          if (!refused(pick.waiter(), effects)) {
            return;
          }
          DeviceState state = matching.cancel(pick);
          if (state != null
              && state.slots().timesFreed() == pick.timesFreed()
              && state.admits(pick.question(), now)) {
            state.slots().holdElsewhere(state.device(), now);
            matching.fleet().changed(state);
            effects.add(() -> expireGuessLater(pick.device().id()));
          }
          serveAfterRefusal(pick.waiter(), state, now, effects);
        });
  }

  /**
   * Handles a refusal because of the tenant's sessions on other replicas. The request waits until
   * one of them ends; if anything was freed meanwhile, the store is asked again, as that may have
   * been one of them.
   */
  private void overQuota(Pick pick, long seenBefore) {
    modelLock.make(
        (now, effects) -> {
          if (!refused(pick.waiter(), effects)) {
            return;
          }
          DeviceState state = matching.cancel(pick);
          // The slot itself is free: the tenant was refused.
          if (releasesSeen.get() == seenBefore) {
            matching.quotas().reached(pick.waiter());
            full.expireGuessLater(effects);
          }
          serveAfterRefusal(pick.waiter(), state, now, effects);
        });
  }

  /**
   * Fires the refusal. A closed distributor queues no request again: it ends the request first, and
   * the refusal completes it. One that was cancelled before keeps its answer.
   */
  private boolean refused(Waiter waiter, Effects effects) {
    Placement closed = matching.closed();
    if (closed != null && waiter.state() != Waiter.State.CANCELLED) {
      matching.waiters().end(waiter, Waiter.Answer.of(closed), effects);
    }
    return matching.waiters().lockRefused(waiter, effects);
  }

  /**
   * Serves after a refusal, with the request back in the queue. First the device, whose next
   * request may be this one if it has another slot; then yielded devices, because this request may
   * have kept them from those behind it; then the request picks another device.
   */
  private void serveAfterRefusal(
      Waiter waiter, @Nullable DeviceState state, Instant now, Effects effects) {
    if (state != null) {
      matching.assignment().serve(state, now, effects);
    }
    matching.assignment().serveYielded(now, effects);
    if (waiter.isInQueue()
        && !matching.assignment().pickFor(waiter, now, effects)
        && waiter.state() == Waiter.State.RETURNED) {
      matching.waiters().noSlot(waiter, now, effects);
    }
  }

  /** Sets one timer for each remembered refusal, so at most one for each guessed slot. */
  private void expireGuessLater(DeviceId device) {
    Timers.after(
        timer,
        guessExpiry,
        "the expiry of a guessed lock on device " + device,
        () -> expireGuess(device));
  }

  /**
   * Expires guessed locks of a device: the next request asks the store again. Called without the
   * lock, by the timer or after a signal that may be about the guessed slot.
   */
  void expireGuess(DeviceId device) {
    modelLock.make(
        (now, effects) -> {
          DeviceState state = matching.fleet().state(device);
          if (state != null) {
            state.slots().removeGuessed();
            matching.serveOrRemove(state, now, effects);
          }
        });
  }
}
