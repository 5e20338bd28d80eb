package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.distributor.Matching.Pick;
import io.gridfleet.lb.distributor.explain.Explanations;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Matches waiting requests to devices. Thread-safe; nothing here blocks, and nothing is called
 * under the lock: event loops place requests and end them, the store's threads bring answers and
 * signals, the timer ends waits.
 *
 * <p>The life of a wait: {@link #place} compares the request with the devices, here or on the
 * matching thread ({@link RequestMatcher}); a slot is picked, or the request enters the line
 * ({@link Matching}); the store is asked for the lock ({@link LockRequests}); the outcome is
 * completed. The states are those of {@link Waiter}.
 *
 * <p>One lock guards the model, which is the {@link Matching} and the state of every {@link
 * Waiter}: {@link ModelLock}. What holds at every release of it: no request waits while a free seat
 * fits it and its tenant may have one more session, unless the seat is {@link Precedence#LEFT_FOR
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
  private final ModelLock changes;
  private final AtomicLong arrivals = new AtomicLong();
  private final LockRequests lockRequests;
  private final LabViews views;
  private final FleetSignals signals;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final ReleaseLocks releases;
  private final Executor background;
  private final RequestMatcher matcher;
  private final ModelUpdates updates;

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
    this.changes = new ModelLock(matching, signals, clock, new AfterChanges());
    this.signals = signals;
    this.timer = timer;
    this.clock = clock;
    this.lockRequests = new LockRequests(changes, matching, locks, timer, GUESS_STANDS);
    Explanations explanations = new Explanations();
    this.views = new LabViews(changes, explanations, clock);
    this.matcher =
        new RequestMatcher(
            changes, new MatchingWork(background), explanations, clock, this::begin, this::end);
    this.updates = new ModelUpdates(changes, matching, matcher);
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

  /**
   * Finds a device for a request, or lets it wait in the queue.
   *
   * @param wait how long it may wait
   */
  public Wait place(PlacementRequest request, Duration wait) {
    Waiter waiter = new Waiter(request, clock.instant().plus(wait), arrivals.incrementAndGet());
    changes.make(
        (now, steps) -> {
          long size = matching.workOf(request.questions());
          if (MatchingWork.isLittle(matching.fleet().states().size(), size)) {
            begin(waiter, MatchResults.NONE, now, steps);
          } else {
            steps.add(() -> matcher.match(waiter, size));
          }
        });
    return wait(waiter);
  }

  /** Gives a request a device, a place in the queue, or an answer. Called under the lock. */
  private void begin(Waiter waiter, MatchResults answers, Instant now, ModelLock.Effects steps) {
    if (waiter.isEnded()) {
      return;
    }
    try {
      decide(waiter, answers, now, steps);
    } catch (RuntimeException mistake) {
      matching.waiters().end(waiter, Waiter.Answer.of(mistake), steps);
    }
  }

  /**
   * Closed comes first: a distributor that is closed explains nothing. Hopeless comes before a look
   * for a seat, which wouldn't tell "none is free" from "none fits".
   */
  private void decide(Waiter waiter, MatchResults answers, Instant now, ModelLock.Effects steps) {
    Placement closed = matching.closed();
    if (closed != null) {
      matching.waiters().end(waiter, Waiter.Answer.of(closed), steps);
      return;
    }
    matching.ask(waiter, answers);
    Matching.Hopeless hopeless = matching.hopeless(waiter);
    if (hopeless != null) {
      matching
          .waiters()
          .noMatch(
              waiter,
              hopeless == Matching.Hopeless.ALL_FAILED
                  ? Placement.NoneLeft::new
                  : Placement.NothingMatches::new,
              steps);
    } else if (!matching.pickFor(waiter, now, steps)) {
      matching.waiters().noSlot(waiter, now, steps);
    }
  }

  private Wait wait(Waiter waiter) {
    return new RequestWait(waiter, answer -> end(waiter, Waiter.Answer.of(answer)));
  }

  private void end(Waiter waiter, Waiter.Answer answer) {
    changes.make((now, steps) -> matching.waiters().end(waiter, answer, steps));
  }

  /** What changes have as steps; each is called without the lock, by the thread of the change. */
  private final class AfterChanges implements ModelLock.Outside {
    @Override
    public void askForLock(Pick pick) {
      lockRequests.ask(pick);
    }

    @Override
    public void takeBackAt(DeviceId device, Instant until) {
      var unused =
          timer.schedule(
              () -> changes.make((now, steps) -> matching.takeBack(device, until, steps)),
              Math.max(0, Duration.between(clock.instant(), until).toNanos()),
              TimeUnit.NANOSECONDS);
    }

    @Override
    public void explain(Waiter waiter, Function<Verdicts, Placement> answer) {
      matcher.explain(waiter, answer);
    }

    @Override
    public void startTimer(Waiter waiter, Duration wait) {
      waiter.timer(
          timer.schedule(
              () -> matcher.explain(waiter, Placement.OutOfTime::new),
              Math.max(0, wait.toNanos()),
              TimeUnit.NANOSECONDS));
    }

    @Override
    public void release(DeviceLock lock) {
      Distributor.this.release(lock);
    }
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

  /** A slot is free, here or on another replica: news that comes twice changes nothing. */
  void freed(DeviceId device, int slot, long token) {
    changes.make(
        (now, steps) -> {
          lockRequests.freed();
          DeviceState state = matching.fleet().state(device);
          if (state != null) {
            matching.freed(state, slot, token, now, steps);
          }
        });
  }

  /** What was only guessed of a device doesn't stand any more. */
  void expireGuess(DeviceId device) {
    lockRequests.expireGuess(device);
  }

  /** How news is taken over. */
  ModelUpdates updates() {
    return updates;
  }

  /** How many sessions a tenant has, those that are starting included. */
  public int sessionsOf(String tenant) {
    return views.sessionsOf(tenant);
  }

  /** What stands between each device and such a request, now; with all names. */
  public List<Verdict> explain(PlacementRequest request) {
    return views.explain(request);
  }

  /** All devices and their state. */
  public List<DeviceView> states() {
    return views.states();
  }

  /** Whether any device serves, be it now or when its session has ended. */
  public boolean anyInService() {
    return views.anyInService();
  }

  /** Who waits, in order. */
  public List<QueuedRequest> queue() {
    return views.queue();
  }

  /** How many requests wait. */
  public int queueLength() {
    return views.queueLength();
  }

  /** How long the request that waits longest has waited; zero if none waits. */
  public Duration oldestWait() {
    return views.oldestWait();
  }

  /** Where work is done that is too much for an event loop. */
  public Executor background() {
    return background;
  }

  /**
   * Takes all requests out of the queue and places none any more; their clients get an error. Those
   * whose locks are being asked for get their device, or the same error.
   */
  public void close(String why) {
    changes.make((now, steps) -> matching.close(new Placement.Closed(why), steps));
  }

  /**
   * Takes a request out of the queue; its client gets an error.
   *
   * @return false when no such request waits
   */
  public boolean remove(String request, String why) {
    Optional<Waiter> found = changes.look(model -> Optional.ofNullable(model.line().of(request)));
    found.ifPresent(waiter -> end(waiter, Waiter.Answer.of(new Placement.Removed(why))));
    return found.isPresent();
  }

  /**
   * Looks at everything that must hold between two changes; for tests, as it takes long in a large
   * lab.
   *
   * @throws IllegalStateException if something doesn't hold
   */
  public void verify() {
    changes.look(
        model -> {
          model.verify();
          return true;
        });
  }
}
