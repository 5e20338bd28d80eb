package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.distributor.Matching.Pick;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the store for the locks of picked slots, and takes its answers over into the model.
 *
 * <p>Threads: the question is asked by the thread whose change picked the slot, the answer comes on
 * any thread of the store. Neither holds the distributor's lock while the store is called.
 *
 * <p>The store's answer is about the moment at which it was asked, and news may have passed it on
 * its way. So each question remembers how often something was freed by then ({@code timesFreed} of
 * the seat, {@link #freesHeard} of all), and a "no" that something freed has overtaken is not
 * remembered: the store is asked again at once. A "no" that stands is doubted after a while, in
 * case the news that ends it has passed before it.
 */
final class LockRequests {
  private static final Logger log = LoggerFactory.getLogger(LockRequests.class);

  private final ModelLock changes;
  private final Matching matching;
  private final LockKeeper locks;
  private final ScheduledExecutorService timer;
  private final Duration guessStands;
  private final QuotaRechecks full;

  /** Counted under the distributor's lock, read by the threads that ask without it. */
  private final AtomicLong freesHeard = new AtomicLong();

  /**
   * @param matching only touched under the lock of {@code changes}
   * @param guessStands how long it stands that a slot, or a tenant's quota, was refused
   */
  LockRequests(
      ModelLock changes,
      Matching matching,
      LockKeeper locks,
      ScheduledExecutorService timer,
      Duration guessStands) {
    this.changes = changes;
    this.matching = matching;
    this.locks = locks;
    this.timer = timer;
    this.guessStands = guessStands;
    this.full = new QuotaRechecks(changes, matching, timer, guessStands);
  }

  /**
   * Called without the lock. What was freed so far is read before the store is asked: whatever is
   * freed later may be unknown to its answer.
   */
  void ask(Pick pick) {
    PlacementRequest request = pick.waiter().placement();
    Optional<String> run = pick.question().run();
    long heard = freesHeard.get();
    CompletionStage<LockResult> answer;
    try {
      answer =
          locks.tryLock(pick.device(), request.attempt(), run, request.quota(), pick.freeFor());
    } catch (RuntimeException refused) {
      answer = CompletableFuture.failedFuture(refused);
    }
    answer.whenComplete(
        (said, failure) -> {
          try {
            answered(pick, heard, said, failure);
          } catch (RuntimeException mistake) {
            broken(pick.waiter(), mistake);
          }
        });
  }

  /** A failure may mean that the lock is held and nobody knows: it expires in the store. */
  private void answered(
      Pick pick, long heard, @Nullable LockResult said, @Nullable Throwable failure) {
    if (failure != null) {
      failed(pick, new Placement.StoreGone(failure));
    } else if (said instanceof LockResult.Taken taken) {
      granted(pick, taken.lock());
    } else if (said instanceof LockResult.OverQuota) {
      overQuota(pick, heard);
    } else {
      heldElsewhere(pick);
    }
  }

  /**
   * The store's answer was taken over half-way, by a mistake. The stage that the store has
   * completed would swallow it, and the request would wait for ever.
   */
  private void broken(Waiter waiter, RuntimeException mistake) {
    log.error("a lock's answer for request {} failed", waiter.placement().request(), mistake);
    changes.make((now, steps) -> matching.waiters().end(waiter, Waiter.Answer.of(mistake), steps));
  }

  /**
   * Something was freed, here or on another replica. Called under the lock, before the model
   * changes, so that no answer of before is taken for one of after.
   */
  void freed() {
    freesHeard.incrementAndGet();
  }

  /**
   * The slot is ours. Other replicas hear of it where that spares them a question to the store.
   * Those who go before had their chance with this seat, and missed it once and for all.
   */
  private void granted(Pick pick, DeviceLock lock) {
    Waiter waiter = pick.waiter();
    Placement.Placed placed = new Placement.Placed(pick.device(), lock, pick.candidate());
    changes.make(
        (now, steps) -> {
          // The event comes first: an answer that nobody expects must not be counted.
          if (!matching.waiters().lockGranted(waiter, placed, steps)) {
            return;
          }
          SlotTable fleet = matching.fleet();
          DeviceState state = fleet.state(lock.device());
          if (state != null) {
            state.slots().taken(new HeldLock(lock, HeldLock.Kind.ATTEMPT, now, Optional.empty()));
            fleet.changed(state);
            fleet.tenants().confirm(lock, waiter.placement().quota().tenant());
            if (pick.before() > 0 && matching.others().missedTheirChance(waiter, state, now)) {
              steps.publish(new FleetSignal.WhoWaits());
            }
          }
          Optional<String> counted = waiter.placement().quota().counted();
          if (!matching.others().isEmpty() || counted.isPresent()) {
            steps.publish(new FleetSignal.Taken(lock.device(), lock.slot(), lock.token(), counted));
          }
          matching.serveLeft(now, steps);
        });
  }

  /** Nobody knows who holds the slot: it counts as free, and the next who asks finds out. */
  private void failed(Pick pick, Placement answer) {
    changes.make(
        (now, steps) -> {
          if (matching.waiters().lockFailed(pick.waiter(), answer, steps)) {
            DeviceState state = matching.cancel(pick);
            if (state != null) {
              matching.serve(state, now, steps);
            }
            matching.serveLeft(now, steps);
          }
        });
  }

  /**
   * Another replica was first, or a run whose reservation we haven't heard of: the slot counts as
   * held until news of the device comes, or {@link #expireGuess}. Not where the seat was freed
   * while the store was asked, nor where by now it wouldn't admit the request: the answer is
   * explained.
   */
  private void heldElsewhere(Pick pick) {
    changes.make(
        (now, steps) -> {
          if (!refused(pick.waiter(), steps)) {
            return;
          }
          DeviceState state = matching.cancel(pick);
          if (state != null
              && state.slots().timesFreed() == pick.timesFreed()
              && state.admits(pick.question(), now)) {
            state.slots().holdElsewhere(state.device(), now);
            matching.fleet().changed(state);
            steps.add(() -> expireGuessLater(pick.device().id()));
          }
          serveAfterRefusal(pick.waiter(), state, now, steps);
        });
  }

  /**
   * Sessions of the tenant on other replicas, of which we haven't heard, are as many as it may
   * have. The request waits until one of them ends; where anything was freed while the store was
   * asked, that may have been one of them.
   */
  private void overQuota(Pick pick, long heardBefore) {
    changes.make(
        (now, steps) -> {
          if (!refused(pick.waiter(), steps)) {
            return;
          }
          DeviceState state = matching.cancel(pick);
          // The seat itself is free: it was the tenant that was refused.
          if (freesHeard.get() == heardBefore) {
            matching.quotaReached(pick.waiter());
            full.expireGuessLater(steps);
          }
          serveAfterRefusal(pick.waiter(), state, now, steps);
        });
  }

  /**
   * A closed distributor takes nobody back into its line: the request is ended first, and its
   * answer is given by the refusal. One that was cancelled before keeps the answer that it has.
   */
  private boolean refused(Waiter waiter, ModelLock.Effects steps) {
    Placement closed = matching.closed();
    if (closed != null && waiter.state() != Waiter.State.CANCELLED) {
      matching.waiters().end(waiter, Waiter.Answer.of(closed), steps);
    }
    return matching.waiters().lockRefused(waiter, steps);
  }

  /**
   * The request stands in the line again when what it didn't get is given to whoever is first
   * there: that may be itself, on a device with another slot. What was left to others is looked at
   * next, because this request kept some of it from those behind it. Only then it looks for another
   * seat itself.
   */
  private void serveAfterRefusal(
      Waiter waiter, @Nullable DeviceState state, Instant now, ModelLock.Effects steps) {
    if (state != null) {
      matching.serve(state, now, steps);
    }
    matching.serveLeft(now, steps);
    if (waiter.isInLine()
        && !matching.pickFor(waiter, now, steps)
        && waiter.state() == Waiter.State.RETURNED) {
      matching.waiters().noSlot(waiter, now, steps);
    }
  }

  /** One timer for each refusal that is remembered, so at most one for each guessed slot. */
  private void expireGuessLater(DeviceId device) {
    var unused =
        timer.schedule(() -> expireGuess(device), guessStands.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * What was only guessed of a device doesn't stand any more: the next request asks the store
   * again. Called without the lock, by the timer or after news that may be about the guessed slot.
   */
  void expireGuess(DeviceId device) {
    changes.make(
        (now, steps) -> {
          DeviceState state = matching.fleet().state(device);
          if (state != null) {
            state.slots().forgetElsewhere();
            matching.serveOrForget(state, now, steps);
          }
        });
  }
}
