package io.gridfleet.lb.distributor;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.distributor.explain.Explanations;
import io.gridfleet.lb.distributor.explain.QueueReport;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.distributor.queue.Effects;
import io.gridfleet.lb.distributor.queue.Effects.Pick;
import io.gridfleet.lb.distributor.queue.MatchResults;
import io.gridfleet.lb.distributor.queue.Waiter;
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
import java.util.function.Function;

/**
 * Matches waiting requests to devices. Thread-safe; no method blocks, and no foreign code is called
 * under the lock. Called by event loops (place and end requests), threads of the store (results and
 * signals) and the timer (ends waits).
 *
 * <p>Phases of a wait: {@link #place} compares the request with the devices, on the calling or the
 * matching thread ({@link RequestMatcher}); a slot is picked, or the request enters the queue
 * ({@link Matching}); the lock is requested from the store ({@link LockRequests}); the outcome is
 * completed. The states are those of {@link Waiter}.
 *
 * <p>One lock guards the model, which is the {@link Matching} and the state of every {@link
 * Waiter}: {@link ModelLock}. Invariant at every release of it: no request waits while a free
 * device fits it and its tenant is below its quota, unless the device is yielded for {@link
 * Precedence#yieldedTo} to a request that has waited longer, on another replica or here with its
 * lock requested. Under the lock a device is only picked and its slot counted as pending; the lock
 * on the slot is then requested outside. The store grants it (the request is placed), refuses it
 * (another replica was first, or the quota is reached: the request returns to its position) or
 * fails (the request ends).
 */
public final class Distributor {
  /** Longer than signals take between replicas, so that few requests to the store are refused. */
  private static final Duration GUESS_EXPIRY = Duration.ofSeconds(2);

  private final Matching matching;
  private final ModelLock modelLock;
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

  /** Creates a distributor for a process without other replicas. */
  public Distributor(LockKeeper locks, ScheduledExecutorService timer, InstantSource clock) {
    this(locks, timer, clock, "", FleetSignals.none(), Runnable::run);
  }

  /**
   * @param replica the id of this process in signals
   * @param background compares requests with many devices, see {@link MatchingThread}
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
    this.modelLock = new ModelLock(matching, signals, clock, new ModelEffects());
    this.signals = signals;
    this.timer = timer;
    this.clock = clock;
    this.lockRequests = new LockRequests(modelLock, matching, locks, timer, GUESS_EXPIRY);
    Explanations explanations = new Explanations();
    this.views = new LabViews(modelLock, explanations, clock);
    this.matcher =
        new RequestMatcher(
            modelLock, new MatchingWork(background), explanations, clock, this::begin, this::end);
    this.updates = new ModelUpdates(modelLock, matching, matcher);
    this.releases = new ReleaseLocks(locks, timer, this::freedHere);
  }

  /** Sets how many questions that no request uses are kept with their fitting devices. */
  public void keepUnusedQuestions(int most) {
    modelLock.make((now, effects) -> matching.waiting().keepIdle(most));
  }

  /** A request's wait for a device. */
  public interface Wait {
    /** Completes once, on any thread; a placement that is {@code Placed} owns its lock. */
    CompletionStage<Placement> outcome();

    /**
     * Completes when the request enters the queue because no device was free: at once, or after
     * another replica was first. Completes before the outcome, and never when a device was free.
     */
    CompletableFuture<Void> queued();

    /** Ends the wait with this answer unless it has ended; a lock granted later is released. */
    void end(Placement answer);
  }

  /**
   * Places a request on a device, or adds it to the queue.
   *
   * @param wait the maximum time in the queue
   */
  public Wait place(PlacementRequest request, Duration wait) {
    return place(request, wait, device -> {});
  }

  /**
   * As {@link #place(PlacementRequest, Duration)}.
   *
   * @param woken receives, before the outcome, each device for which the request left the queue;
   *     the request returns to the queue if another replica was first. Called on any thread, under
   *     no lock, and never for a request that doesn't wait
   */
  public Wait place(PlacementRequest request, Duration wait, Consumer<Device> woken) {
    Waiter waiter =
        new Waiter(request, clock.instant().plus(wait), arrivals.incrementAndGet(), woken);
    modelLock.make(
        (now, effects) -> {
          long size = matching.workOf(request.questions());
          if (MatchingWork.isLittle(matching.fleet().states().size(), size)) {
            begin(waiter, MatchResults.NONE, now, effects);
          } else {
            effects.add(() -> matcher.match(waiter, size));
          }
        });
    return wait(waiter);
  }

  /** Picks a device for a request, queues it, or ends it. Called under the lock. */
  private void begin(Waiter waiter, MatchResults answers, Instant now, Effects effects) {
    if (waiter.isEnded()) {
      return;
    }
    try {
      decide(waiter, answers, now, effects);
    } catch (RuntimeException mistake) {
      matching.waiters().end(waiter, Waiter.Answer.of(mistake), effects);
    }
  }

  /**
   * Checks for closing first, because a closed distributor explains nothing; then whether any
   * device can ever serve the request, because a failed pick doesn't distinguish "none is free"
   * from "none fits".
   */
  private void decide(Waiter waiter, MatchResults answers, Instant now, Effects effects) {
    Placement closed = matching.closed();
    if (closed != null) {
      matching.waiters().end(waiter, Waiter.Answer.of(closed), effects);
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
              effects);
    } else if (!matching.assignment().pickFor(waiter, now, effects)) {
      matching.waiters().noSlot(waiter, now, effects);
    }
  }

  private Wait wait(Waiter waiter) {
    return new RequestWait(waiter, answer -> end(waiter, Waiter.Answer.of(answer)));
  }

  private void end(Waiter waiter, Waiter.Answer answer) {
    modelLock.make((now, effects) -> matching.waiters().end(waiter, answer, effects));
  }

  /** The effects of changes; each is called without the lock, by the thread of the change. */
  private final class ModelEffects implements Effects.Outside {
    @Override
    public void requestLock(Pick pick) {
      lockRequests.ask(pick);
    }

    @Override
    public void endYieldingAt(DeviceId device, Instant until) {
      Timers.after(
          timer,
          Duration.between(clock.instant(), until),
          "the end of yielding device " + device,
          () ->
              modelLock.make(
                  (now, effects) -> matching.assignment().endYielding(device, until, effects)));
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
   * Releases a lock in the store and offers its slot to the queue. Retries until the store
   * succeeds.
   */
  public CompletionStage<Void> release(DeviceLock lock) {
    return releases.release(lock);
  }

  /** Frees a slot that this replica has released in the store, and notifies the other replicas. */
  public void freedHere(DeviceLock lock) {
    freed(lock.device(), lock.slot(), lock.token());
    signals.committed(new FleetSignal.Freed(lock.device(), lock.slot(), lock.token()));
  }

  /** Frees a slot that was released here or on another replica. Idempotent. */
  void freed(DeviceId device, int slot, long token) {
    modelLock.make(
        (now, effects) -> {
          lockRequests.freed();
          DeviceState state = matching.fleet().state(device);
          if (state != null) {
            matching.freed(state, slot, token, now, effects);
          }
        });
  }

  /** Expires guessed locks of a device. */
  void expireGuess(DeviceId device) {
    lockRequests.expireGuess(device);
  }

  /** Returns the entry point for updates. */
  ModelUpdates updates() {
    return updates;
  }

  /** Returns the number of sessions of a tenant, including starting ones. */
  public int sessionsOf(String tenant) {
    return views.sessionsOf(tenant);
  }

  /** Returns the current verdict on each device for such a request, with all names. */
  public List<Verdict> explain(PlacementRequest request) {
    return views.explain(request);
  }

  /** Returns all devices and their state. */
  public List<DeviceView> states() {
    return views.states();
  }

  /** Returns one device with its state; empty if it isn't in the inventory. */
  public Optional<DeviceView> state(DeviceId device) {
    return views.state(device);
  }

  /** Returns whether any device is in service, free or not. */
  public boolean anyInService() {
    return views.anyInService();
  }

  /** Returns the waiting requests in order. */
  public List<QueuedRequest> queue() {
    return views.queue();
  }

  /** Returns why each request waits, as of now. */
  public QueueReport report() {
    return views.report();
  }

  /**
   * Returns why each request waits, as of now, together with requests of other replicas.
   *
   * @param remote as {@link PlacementText} reads them, their arrivals by this process's clock
   */
  public QueueReport report(List<PlacementRequest> remote) {
    return views.report(remote);
  }

  /** Returns those of the requests that are in the queue. */
  public List<PlacementRequest> waiting(Collection<String> requests) {
    return views.waiting(requests);
  }

  /** Returns the number of waiting requests. */
  public int queueLength() {
    return views.queueLength();
  }

  /** Returns the age of the oldest waiting request; zero if none waits. */
  public Duration oldestWait() {
    return views.oldestWait();
  }

  /** Returns the executor for work that is too long for an event loop. */
  public Executor background() {
    return background;
  }

  /**
   * Ends all queued requests with an error and places no further ones. Requests whose locks are
   * requested get their device or the same error.
   */
  public void close(String why) {
    modelLock.make((now, effects) -> matching.close(new Placement.Closed(why), effects));
  }

  /**
   * Removes a request from the queue; its client receives an error. One whose lock is requested in
   * that moment is answered when the store has answered.
   *
   * @return false when no such request waits
   */
  public boolean remove(String request, String why) {
    Optional<Waiter> found =
        modelLock.look(model -> Optional.ofNullable(model.waiting().ofWaiting(request)));
    found.ifPresent(waiter -> end(waiter, Waiter.Answer.of(new Placement.Removed(why))));
    return found.isPresent();
  }

  /**
   * Checks all invariants of the model; for tests, because it is slow in a large lab.
   *
   * @throws IllegalStateException if one is violated
   */
  public void verify() {
    modelLock.look(
        model -> {
          model.verify();
          return true;
        });
  }
}
