package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.LockAnswer;
import io.gridfleet.lb.distributor.Matching.Pick;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Matches waiting requests to devices.
 *
 * <p>One lock guards the model, which is the {@link Matching} and the state of every {@link
 * Waiter}: {@link Changes}. What holds at every release of it: no request waits while a free seat
 * fits it and its tenant may have one more session, unless the seat is {@link Matching#LEFT_FOR
 * left} for a moment to a request that has waited longer, on another replica or here with its lock
 * being asked for. Under the lock a seat is only picked and counted as taken; the lock on the slot
 * is then asked for outside, where the store says yes (the request has its device), no (another
 * replica was first, or the tenant has all it may have: the request goes back to its place) or
 * nothing (the request ends).
 */
public final class Distributor {
  /** Longer than news takes between replicas, so that the store is seldom asked in vain. */
  private static final Duration GUESS_STANDS = Duration.ofSeconds(2);

  private final Matching matching;
  private final Changes changes;
  private final AtomicLong freesHeard = new AtomicLong();
  private final AtomicLong arrivals = new AtomicLong();
  private final LockKeeper locks;
  private final FleetSignals signals;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final ReleaseLocks releases;
  private final Executor background;
  private final RequestMatcher matcher;
  private final FullTenants full;

  /** Guarded by the lock of {@link Changes}. */
  private @Nullable Placement closed;

  /** For a process that has no other replicas. */
  public Distributor(LockKeeper locks, ScheduledExecutorService timer, InstantSource clock) {
    this(locks, timer, clock, "", FleetSignals.none(), Runnable::run);
  }

  /**
   * @param replica the id of this process, as others hear it
   * @param background looks at many devices for a request, see {@link MatchingThread}
   */
  public Distributor(
      LockKeeper locks,
      ScheduledExecutorService timer,
      InstantSource clock,
      String replica,
      FleetSignals signals,
      Executor background) {
    this.background = background;
    this.matching = new Matching(replica, signals.hasOthers());
    this.changes = new Changes(matching, signals, clock, this::askForLock, this::takeBackAt);
    this.signals = signals;
    this.locks = locks;
    this.timer = timer;
    this.clock = clock;
    this.full = new FullTenants(changes, matching, timer, GUESS_STANDS);
    this.matcher =
        new RequestMatcher(
            changes, matching, new MatchingWork(background), clock, this::begin, this::endWait);
    this.releases = new ReleaseLocks(locks, timer, this::freedHere);
  }

  /** A request's wait for a device. */
  public interface Wait {
    /** Completes once, on any thread; a placement that is {@code Placed} owns its lock. */
    CompletionStage<Placement> outcome();

    /**
     * Completes when no device was free, so that the request stands in the queue: at once, or when
     * another replica was first; before the outcome, and never where a device was free.
     */
    CompletableFuture<Void> queued();

    /** Ends the wait with this answer unless it has ended; a lock that comes late is released. */
    void end(Placement answer);
  }

  /** What was heard, to be taken over into the model. */
  interface News {
    void apply(Matching matching, Instant now, Matching.Result result);
  }

  private void takeBackAt(DeviceId device, Instant until) {
    var unused =
        timer.schedule(
            () -> changes.make((now, steps) -> matching.takeBack(device, until, steps)),
            Math.max(0, Duration.between(clock.instant(), until).toNanos()),
            TimeUnit.NANOSECONDS);
  }

  /**
   * Finds a device for a request, or lets it wait in the queue.
   *
   * @param wait how long it may wait
   */
  public Wait place(Order order, Duration wait) {
    Waiter waiter = new Waiter(order, clock.instant().plus(wait), arrivals.incrementAndGet());
    changes.make(
        (now, steps) -> {
          long size = matching.workOf(order);
          if (MatchingWork.isLittle(matching.fleet().seats().size(), size)) {
            begin(waiter, Answers.NONE, now, steps);
          } else {
            steps.add(() -> matcher.match(waiter, size));
          }
        });
    return wait(waiter);
  }

  /** Gives a request a device, a place in the queue, or an answer. */
  private void begin(Waiter waiter, Answers answers, Instant now, Changes.Steps steps) {
    if (waiter.state() == Waiter.State.DONE) {
      return;
    }
    if (closed != null) {
      finish(waiter, closed, steps);
      return;
    }
    matching.ask(waiter, answers);
    Matching.Hopeless hopeless = matching.hopeless(waiter);
    if (hopeless != null) {
      steps.add(
          () ->
              matcher.explain(
                  waiter,
                  hopeless == Matching.Hopeless.ALL_FAILED
                      ? Placement.NoneLeft::new
                      : Placement.NothingMatches::new));
    } else if (!matching.pickFor(waiter, now, steps)) {
      matching.enter(waiter);
      queued(waiter, Duration.between(now, waiter.deadline()), steps);
    }
  }

  /** A request that comes back to the queue keeps the alarm that was set when it first came. */
  private void queued(Waiter waiter, Duration wait, Changes.Steps steps) {
    if (waiter.everQueued()) {
      return;
    }
    waiter.everQueued(true);
    steps.add(() -> waiter.queued().complete(null));
    steps.add(() -> setAlarm(waiter, wait));
  }

  private Wait wait(Waiter waiter) {
    return new RequestWait(waiter, answer -> endWait(waiter, answer));
  }

  private void askForLock(Pick pick) {
    Order order = pick.waiter().order();
    Optional<String> run = pick.question().run();
    long heard = freesHeard.get();
    CompletionStage<LockAnswer> answer;
    try {
      answer = locks.tryLock(pick.device(), order.attempt(), run, order.quota(), pick.freeFor());
    } catch (RuntimeException refused) {
      answer = CompletableFuture.failedFuture(refused);
    }
    answer.whenComplete(
        (said, failure) -> {
          if (failure != null) {
            notLocked(pick, new Placement.StoreGone(failure));
          } else if (said instanceof LockAnswer.Taken taken) {
            locked(pick, taken.lock());
          } else if (said instanceof LockAnswer.OverQuota) {
            overQuota(pick, heard);
          } else {
            heldElsewhere(pick);
          }
        });
  }

  private void locked(Pick pick, DeviceLock lock) {
    Waiter waiter = pick.waiter();
    changes.make(
        (now, steps) -> {
          Fleet fleet = matching.fleet();
          Seat seat = fleet.seat(lock.device());
          matching.answered(waiter);
          if (seat != null) {
            seat.taken(new HeldLock(lock, HeldLock.Kind.ATTEMPT, now, Optional.empty()));
            fleet.changed(seat);
            fleet.tenants().belongsTo(lock, waiter.order().quota().tenant());
            if (pick.before() > 0 && matching.others().missedTheirChance(waiter, seat, now)) {
              steps.tell(new FleetSignal.WhoWaits());
            }
          }
          Optional<String> counted = waiter.order().quota().counted();
          if (!matching.others().isEmpty() || counted.isPresent()) {
            steps.tell(new FleetSignal.Taken(lock.device(), lock.slot(), lock.token(), counted));
          }
          Placement ending = waiter.ending();
          if (ending == null) {
            finish(waiter, new Placement.Placed(pick.device(), lock, pick.candidate()), steps);
          } else {
            finish(waiter, ending, steps);
            steps.add(() -> release(lock));
          }
          matching.serveLeft(now, steps);
        });
  }

  private void notLocked(Pick pick, Placement answer) {
    Waiter waiter = pick.waiter();
    changes.make(
        (now, steps) -> {
          matching.answered(waiter);
          finish(waiter, waiter.ending() == null ? answer : waiter.ending(), steps);
          Seat seat = matching.notTaken(pick);
          if (seat != null) {
            matching.serve(seat, now, steps);
          }
          matching.serveLeft(now, steps);
        });
  }

  /**
   * Another replica was first, or a run whose reservation we haven't heard of: the slot is theirs
   * until news of the device comes. What was guessed of news that had passed before must not stand:
   * after a while the store is asked again.
   */
  private void heldElsewhere(Pick pick) {
    Waiter waiter = pick.waiter();
    changes.make(
        (now, steps) -> {
          Seat seat = matching.notTaken(pick);
          if (seat != null
              && seat.timesFreed() == pick.timesFreed()
              && seat.admits(pick.question(), now)) {
            seat.holdElsewhere(now);
            matching.fleet().changed(seat);
            steps.add(() -> doubtLater(pick.device().id()));
          }
          backToItsPlace(waiter, seat, now, steps);
        });
  }

  /**
   * Sessions of the tenant on other replicas, of which we haven't heard, are as many as it may
   * have. The request waits until one of them ends; where something was freed while the store was
   * asked, its answer may be about before.
   */
  private void overQuota(Pick pick, long heardBefore) {
    Waiter waiter = pick.waiter();
    changes.make(
        (now, steps) -> {
          Seat seat = matching.notTaken(pick);
          if (freesHeard.get() == heardBefore) {
            matching.foundFull(waiter);
            full.doubtLater(steps);
          }
          backToItsPlace(waiter, seat, now, steps);
        });
  }

  /** It stands in the line again when what it didn't get is given to whoever is first there. */
  private void backToItsPlace(
      Waiter waiter, @Nullable Seat seat, Instant now, Changes.Steps steps) {
    matching.answered(waiter);
    Placement ending = waiter.ending() != null ? waiter.ending() : closed;
    if (ending != null) {
      finish(waiter, ending, steps);
    } else {
      matching.enter(waiter);
    }
    if (seat != null) {
      matching.serve(seat, now, steps);
    }
    matching.serveLeft(now, steps);
    if (waiter.state() != Waiter.State.WAITING) {
      return;
    }
    if (matching.pickFor(waiter, now, steps)) {
      matching.line().leave(waiter);
    } else {
      queued(waiter, Duration.between(now, waiter.deadline()), steps);
    }
  }

  /** The wait may have ended already: whoever comes second, this or the end, stops the alarm. */
  private void setAlarm(Waiter waiter, Duration wait) {
    waiter.alarm(
        timer.schedule(
            () -> matcher.explain(waiter, Placement.OutOfTime::new),
            Math.max(0, wait.toNanos()),
            TimeUnit.NANOSECONDS));
    if (waiter.outcome().isDone()) {
      waiter.stopAlarm();
    }
  }

  private void endWait(Waiter waiter, Placement answer) {
    changes.make(
        (now, steps) -> {
          switch (waiter.state()) {
            case MATCHING, WAITING -> finish(waiter, answer, steps);
            case TAKING -> waiter.ending(answer);
            case DONE -> {}
          }
        });
  }

  private void finish(Waiter waiter, Placement answer, Changes.Steps steps) {
    matching.ended(waiter);
    boolean everQueued = waiter.everQueued();
    steps.add(
        () -> {
          if (everQueued) {
            waiter.queued().complete(null);
          }
          waiter.outcome().complete(answer);
          waiter.stopAlarm();
        });
  }

  /**
   * Frees the slot of a lock in the store and gives it to the next who waits. Says it again until
   * the store has taken it.
   */
  public CompletionStage<Void> release(DeviceLock lock) {
    return releases.release(lock);
  }

  /** Notes that this replica has freed a slot in the store, and tells the others. */
  public void freedHere(DeviceLock lock) {
    freed(lock.device(), lock.slot(), lock.token());
    signals.publish(new FleetSignal.Freed(lock.device(), lock.slot(), lock.token()));
  }

  void freed(DeviceId device, int slot, long token) {
    changes.make(
        (now, steps) -> {
          freesHeard.incrementAndGet();
          Seat seat = matching.fleet().seat(device);
          if (seat != null) {
            matching.freed(seat, slot, token, now, steps);
          }
        });
  }

  private void doubtLater(DeviceId device) {
    var unused =
        timer.schedule(() -> doubt(device), GUESS_STANDS.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What was only guessed of a device doesn't stand any more. */
  void doubt(DeviceId device) {
    tell(
        fleet -> {
          Seat seat = fleet.seat(device);
          if (seat != null) {
            seat.forgetElsewhere();
          }
        },
        List.of(device));
  }

  void hear(News news) {
    changes.make((now, steps) -> news.apply(matching, now, steps));
  }

  /** Changes what is known of seats, then gives them to those who wait. */
  void tell(Consumer<Fleet> news, List<DeviceId> touched) {
    changes.make(
        (now, steps) -> {
          news.accept(matching.fleet());
          serve(touched, now, steps);
        });
  }

  /**
   * As {@link #tell}, for devices whose attributes may have changed too. What is asked now is asked
   * of them before the lock is taken.
   */
  void tellAttributes(Consumer<Fleet> news, List<DeviceId> touched, Collection<Device> described) {
    List<Question> questions = changes.look(model -> model.line().questionsInUse());
    Answers answers = Answers.of(questions, described, () -> true);
    changes.make(
        (now, steps) -> {
          news.accept(matching.fleet());
          matching.look(touched, answers);
          serve(touched, now, steps);
        });
  }

  private void serve(List<DeviceId> touched, Instant now, Changes.Steps steps) {
    for (DeviceId device : touched) {
      Seat seat = matching.fleet().seat(device);
      if (seat != null) {
        matching.serveOrForget(seat, now, steps);
      }
    }
  }

  /** How many sessions a tenant has, those that are starting included. */
  public int sessionsOf(String tenant) {
    return changes.look(model -> model.fleet().tenants().of(tenant));
  }

  /** What stands between each device and such a request, now; with all names. */
  public List<Verdict> explain(Order order) {
    Instant now = clock.instant();
    return changes.look(Matching::states).stream()
        .map(seat -> Inhibitors.best(seat, order, Optional.empty(), now))
        .toList();
  }

  /** All devices and their state. */
  public List<SeatView> seats() {
    Instant now = clock.instant();
    return changes.look(Matching::states).stream().map(seat -> seat.view(now)).toList();
  }

  /** Whether any device serves, be it now or when its session has ended. */
  public boolean anyInService() {
    Instant now = clock.instant();
    return changes.look(
        model -> model.fleet().seats().stream().anyMatch(seat -> seat.inService(now)));
  }

  /** Who waits, in order. */
  public List<QueuedRequest> queue() {
    Instant now = clock.instant();
    return changes.look(Matching::queue).requests(now);
  }

  /** Where work is done that is too much for an event loop. */
  public Executor background() {
    return background;
  }

  /** How many requests wait. */
  public int queueLength() {
    return changes.look(model -> model.line().length());
  }

  /** How long the request that waits longest has waited; zero if none waits. */
  public Duration oldestWait() {
    Instant now = clock.instant();
    return changes
        .look(model -> model.line().firstArrival())
        .map(arrival -> Duration.between(arrival, now))
        .filter(waited -> !waited.isNegative())
        .orElse(Duration.ZERO);
  }

  /**
   * Takes all requests out of the queue and places none any more; their clients get an error. Those
   * whose locks are being asked for get their device, or the same error.
   */
  public void close(String why) {
    changes.make(
        (now, steps) -> {
          Placement answer = new Placement.Closed(why);
          closed = answer;
          matching.line().all().forEach(waiter -> finish(waiter, answer, steps));
        });
  }

  /**
   * Takes a request out of the queue; its client gets an error.
   *
   * @return false when no such request waits
   */
  public boolean remove(String request, String why) {
    Optional<Waiter> found = changes.look(model -> Optional.ofNullable(model.line().of(request)));
    found.ifPresent(waiter -> endWait(waiter, new Placement.Removed(why)));
    return found.isPresent();
  }
}
