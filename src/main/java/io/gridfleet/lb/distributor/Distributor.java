package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Matches waiting requests to devices.
 *
 * <p>One lock guards the model: the {@link Fleet}, the {@link WaitingLine} and the state of every
 * {@link Waiter}. What holds at every release of it: no request waits while a free seat fits it.
 * Under the lock a seat is only picked and counted as taken; the lock on the slot is then asked for
 * outside, where the store says yes (the request has its device), no (another replica was first:
 * the request goes back to its place) or nothing (the request ends). Nothing is called and no
 * future is completed under the lock: what is to be done is collected as {@code steps} and done
 * after it.
 */
public final class Distributor {
  private static final Logger log = LoggerFactory.getLogger(Distributor.class);

  /** A release that the store didn't take is said again this often until it does. */
  private static final Duration RELEASE_AGAIN = Duration.ofSeconds(1);

  /** Longer than news of a reservation takes, so that the store is seldom asked in vain. */
  private static final Duration GUESS_STANDS = Duration.ofSeconds(2);

  private final Object model = new Object();
  private final Fleet fleet = new Fleet();
  private final WaitingLine line = new WaitingLine();
  private final RecentVerdicts recent = new RecentVerdicts();
  private final DeviceLocks locks;
  private final Duration lockExpiry;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private @Nullable Placement closed;

  public Distributor(
      DeviceLocks locks, Duration lockExpiry, ScheduledExecutorService timer, InstantSource clock) {
    this.locks = locks;
    this.lockExpiry = lockExpiry;
    this.timer = timer;
    this.clock = clock;
  }

  /** A request's wait for a device. */
  public interface Wait {
    /** Completes once, on any thread; a placement that is {@code Placed} owns its lock. */
    CompletionStage<Placement> outcome();

    /** Whether no device was free, so that the request stands in the queue. */
    boolean queued();

    /** Ends the wait with this answer unless it has ended; a lock that comes late is released. */
    void end(Placement answer);
  }

  /**
   * Finds a device for a request, or lets it wait in the queue.
   *
   * @param wait how long it may wait
   */
  public Wait place(Order order, Duration wait) {
    Instant now = clock.instant();
    Waiter waiter = new Waiter(order, now.plus(wait));
    List<Runnable> steps = new ArrayList<>();
    boolean queued = false;
    synchronized (model) {
      for (Question question : order.questions()) {
        waiter.audiences().add(line.audience(question, fleet.seats()));
      }
      Placement hopeless = closed != null ? closed : hopeless(waiter, now);
      if (hopeless != null) {
        finish(waiter, hopeless, steps);
      } else if (!pickFor(waiter, now, steps)) {
        line.enter(waiter);
        queued = true;
        steps.add(() -> setAlarm(waiter, wait));
      }
    }
    steps.forEach(Runnable::run);
    return wait(waiter, queued);
  }

  private Wait wait(Waiter waiter, boolean queued) {
    return new Wait() {
      @Override
      public boolean queued() {
        return queued;
      }

      @Override
      public CompletionStage<Placement> outcome() {
        return waiter.outcome();
      }

      @Override
      public void end(Placement answer) {
        endWait(waiter, answer);
      }
    };
  }

  private @Nullable Placement hopeless(Waiter waiter, Instant now) {
    boolean anyFits = false;
    for (Audience audience : waiter.audiences()) {
      for (int i = audience.fitting().nextSetBit(0);
          i >= 0;
          i = audience.fitting().nextSetBit(i + 1)) {
        anyFits = true;
        if (waiter.order().preference().failed().isEmpty() || waiter.accepts(fleet.at(i))) {
          return null;
        }
      }
    }
    Verdicts verdicts = verdicts(waiter.order(), now, new RecentVerdicts());
    return anyFits ? new Placement.NoneLeft(verdicts) : new Placement.NothingMatches(verdicts);
  }

  private boolean underQuota(Order.Quota quota) {
    return quota.mostSessions().isEmpty()
        || fleet.sessionsOf(quota.tenant()) < quota.mostSessions().getAsInt();
  }

  private boolean pickFor(Waiter waiter, Instant now, List<Runnable> steps) {
    if (!underQuota(waiter.order().quota())) {
      return false;
    }
    for (int candidate = 0; candidate < waiter.audiences().size(); candidate++) {
      Seat seat = fleet.pick(waiter.audiences().get(candidate), waiter, now);
      if (seat != null) {
        take(waiter, seat, candidate, steps);
        return true;
      }
    }
    return false;
  }

  private void take(Waiter waiter, Seat seat, int candidate, List<Runnable> steps) {
    waiter.state(Waiter.State.TAKING);
    fleet.take(seat, waiter.order().quota().tenant());
    Device device = seat.device();
    steps.add(() -> askForLock(waiter, device, candidate));
  }

  private void askForLock(Waiter waiter, Device device, int candidate) {
    CompletionStage<Optional<DeviceLock>> answer;
    try {
      Order order = waiter.order();
      Optional<String> run = order.questions().get(candidate).run();
      answer = locks.tryLock(device.id(), device.slots(), order.attempt(), run, lockExpiry);
    } catch (RuntimeException refused) {
      answer = CompletableFuture.failedFuture(refused);
    }
    answer.whenComplete(
        (lock, failure) -> {
          if (failure != null) {
            notLocked(waiter, device, new Placement.StoreGone(failure));
          } else if (lock.isPresent()) {
            locked(waiter, device, lock.get(), candidate);
          } else {
            heldElsewhere(waiter, device, candidate);
          }
        });
  }

  private void locked(Waiter waiter, Device device, DeviceLock lock, int candidate) {
    List<Runnable> steps = new ArrayList<>();
    synchronized (model) {
      Seat seat = fleet.seat(device.id());
      if (seat != null) {
        seat.taken(new HeldLock(lock, HeldLock.Kind.ATTEMPT, clock.instant(), Optional.empty()));
        fleet.changed(seat);
        fleet.belongsTo(lock, waiter.order().quota().tenant());
      }
      Placement ending = waiter.ending();
      if (ending == null) {
        finish(waiter, new Placement.Placed(device, lock, candidate), steps);
      } else {
        finish(waiter, ending, steps);
        steps.add(() -> release(lock));
      }
    }
    steps.forEach(Runnable::run);
  }

  private void notLocked(Waiter waiter, Device device, Placement answer) {
    List<Runnable> steps = new ArrayList<>();
    synchronized (model) {
      Seat seat = fleet.seat(device.id());
      finish(waiter, waiter.ending() == null ? answer : waiter.ending(), steps);
      if (seat != null) {
        fleet.notTaken(seat, waiter.order().quota().tenant());
        serve(seat, steps);
      }
    }
    steps.forEach(Runnable::run);
  }

  /**
   * Another replica was first, or a run whose reservation we haven't heard of: the slot is theirs
   * until news of the device comes. What was guessed of news that had passed before must not stand:
   * after a while the store is asked again.
   */
  private void heldElsewhere(Waiter waiter, Device device, int candidate) {
    List<Runnable> steps = new ArrayList<>();
    Instant now = clock.instant();
    synchronized (model) {
      Seat seat = fleet.seat(device.id());
      if (seat != null) {
        fleet.notTaken(seat, waiter.order().quota().tenant());
        if (seat.admits(waiter.order().questions().get(candidate), now)) {
          seat.holdElsewhere(now);
          fleet.changed(seat);
          steps.add(() -> doubtLater(device.id()));
        } else {
          serve(seat, steps);
        }
      }
      if (waiter.ending() != null) {
        finish(waiter, waiter.ending(), steps);
      } else if (!pickFor(waiter, now, steps)) {
        waiter.state(Waiter.State.WAITING);
        line.enter(waiter);
        steps.add(() -> setAlarm(waiter, Duration.between(now, waiter.deadline())));
      }
    }
    steps.forEach(Runnable::run);
  }

  private void setAlarm(Waiter waiter, Duration wait) {
    waiter.alarm(
        timer.schedule(
            () -> {
              Placement late;
              synchronized (model) {
                late = new Placement.OutOfTime(verdicts(waiter.order(), clock.instant(), recent));
              }
              endWait(waiter, late);
            },
            Math.max(0, wait.toNanos()),
            TimeUnit.NANOSECONDS));
    if (waiter.outcome().isDone()) {
      waiter.stopAlarm();
    }
  }

  private void endWait(Waiter waiter, Placement answer) {
    List<Runnable> steps = new ArrayList<>();
    synchronized (model) {
      switch (waiter.state()) {
        case WAITING -> finish(waiter, answer, steps);
        case TAKING -> waiter.ending(answer);
        case DONE -> {}
      }
    }
    steps.forEach(Runnable::run);
  }

  private void finish(Waiter waiter, Placement answer, List<Runnable> steps) {
    if (waiter.state() == Waiter.State.WAITING) {
      line.leave(waiter);
    }
    waiter.state(Waiter.State.DONE);
    steps.add(
        () -> {
          waiter.stopAlarm();
          waiter.outcome().complete(answer);
        });
  }

  /** Gives a seat's free slots to those who wait for them. */
  private void serve(Seat seat, List<Runnable> steps) {
    Instant now = clock.instant();
    fleet.changed(seat);
    while (seat.freeSlots() > 0) {
      Waiter next =
          line.first(
              audience -> audience.fits(seat) && seat.admits(audience.question(), now),
              waiter -> waiter.accepts(seat) && underQuota(waiter.order().quota()));
      if (next == null) {
        return;
      }
      line.leave(next);
      int candidate = 0;
      while (!next.audiences().get(candidate).fits(seat)
          || !seat.admits(next.audiences().get(candidate).question(), now)) {
        candidate++;
      }
      take(next, seat, candidate, steps);
    }
  }

  /**
   * Frees the slot of a lock in the store and gives it to the next who waits. Says it again until
   * the store has taken it.
   */
  public CompletionStage<Void> release(DeviceLock lock) {
    CompletionStage<Boolean> answer;
    try {
      answer = locks.release(lock);
    } catch (RuntimeException refused) {
      answer = CompletableFuture.failedFuture(refused);
    }
    return answer.handle(
        (released, failure) -> {
          if (failure == null) {
            freed(lock.device(), lock.slot(), lock.token());
          } else {
            log.warn(
                "the lock on device {} can't be released yet: {}",
                lock.device(),
                failure.toString());
            var unused =
                timer.schedule(
                    () -> release(lock), RELEASE_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
          }
          return null;
        });
  }

  /** Notes that the store has freed a slot. */
  public void freed(DeviceId device, int slot, long token) {
    List<Runnable> steps = new ArrayList<>();
    synchronized (model) {
      Seat seat = fleet.seat(device);
      if (seat != null && seat.freed(slot, token)) {
        String tenant = fleet.freed(device, slot);
        if (seat.draining() && seat.empty()) {
          forget(seat);
        } else {
          serve(seat, steps);
        }
        serveTenant(tenant, steps);
      }
    }
    steps.forEach(Runnable::run);
  }

  /** Another replica freed a slot; which one it was for us may not be known. */
  public void freedElsewhere(DeviceId device, int slot, long token) {
    freed(device, slot, token);
    doubt(device);
  }

  private void doubtLater(DeviceId device) {
    var unused =
        timer.schedule(() -> doubt(device), GUESS_STANDS.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void doubt(DeviceId device) {
    tell(
        fleet -> {
          Seat seat = fleet.seat(device);
          if (seat != null) {
            seat.forgetElsewhere();
          }
        },
        List.of(device));
  }

  private void serveTenant(@Nullable String tenant, List<Runnable> steps) {
    if (tenant != null) {
      Instant now = clock.instant();
      for (Waiter waiter : line.ofTenant(tenant)) {
        if (!underQuota(waiter.order().quota())) {
          return;
        }
        if (waiter.state() == Waiter.State.WAITING && pickFor(waiter, now, steps)) {
          line.leave(waiter);
        }
      }
    }
  }

  private void forget(Seat seat) {
    fleet.remove(seat);
    line.audiences().forEach(audience -> audience.forget(seat.index()));
  }

  /** Changes what is known of seats, then gives them to those who wait. */
  void tell(Consumer<Fleet> news, List<DeviceId> touched) {
    List<Runnable> steps = new ArrayList<>();
    synchronized (model) {
      news.accept(fleet);
      for (DeviceId device : touched) {
        Seat seat = fleet.seat(device);
        if (seat != null && seat.draining() && seat.empty()) {
          forget(seat);
        } else if (seat != null) {
          serve(seat, steps);
        }
      }
    }
    steps.forEach(Runnable::run);
  }

  /** As {@link #tell}, for devices whose attributes may have changed too. */
  void tellAttributes(Consumer<Fleet> news, List<DeviceId> touched) {
    synchronized (model) {
      news.accept(fleet);
      for (DeviceId device : touched) {
        Seat seat = fleet.seat(device);
        if (seat != null) {
          line.audiences().forEach(audience -> audience.look(seat));
        }
      }
    }
    tell(nothing -> {}, touched);
  }

  private Verdicts verdicts(Order order, Instant now, RecentVerdicts told) {
    Verdicts all = told.of(order, now, fleet.seats());
    return underQuota(order.quota())
        ? all
        : all.limitedTo(order.quota().mostSessions().orElseThrow());
  }

  /** What stands between each device and such a request, now. */
  public List<Verdict> explain(Order order) {
    Instant now = clock.instant();
    synchronized (model) {
      return fleet.seats().stream().map(seat -> Inhibitors.best(seat, order, now)).toList();
    }
  }

  /** All devices and their state. */
  public List<SeatView> seats() {
    Instant now = clock.instant();
    synchronized (model) {
      return fleet.seats().stream().map(seat -> seat.view(now)).toList();
    }
  }

  /** Who waits, in order. */
  public List<QueuedRequest> queue() {
    Instant now = clock.instant();
    synchronized (model) {
      List<QueuedRequest> queue = new ArrayList<>();
      RecentVerdicts told = new RecentVerdicts();
      for (Waiter waiter : line.all()) {
        queue.add(
            Inhibitors.queued(waiter, queue.size() + 1, verdicts(waiter.order(), now, told), now));
      }
      return queue;
    }
  }

  /** How many requests wait. */
  public int queueLength() {
    synchronized (model) {
      return line.length();
    }
  }

  /** Takes all requests out of the queue and places none any more; their clients get an error. */
  public void close(String why) {
    List<Waiter> all;
    synchronized (model) {
      closed = new Placement.Removed(why);
      all = List.copyOf(line.all());
    }
    all.forEach(waiter -> endWait(waiter, new Placement.Removed(why)));
  }

  /**
   * Takes a request out of the queue; its client gets an error.
   *
   * @return false when no such request waits
   */
  public boolean remove(String request, String why) {
    Waiter waiter;
    synchronized (model) {
      waiter = line.of(request);
    }
    if (waiter == null) {
      return false;
    }
    endWait(waiter, new Placement.Removed(why));
    return true;
  }
}
