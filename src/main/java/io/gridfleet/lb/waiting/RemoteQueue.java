package io.gridfleet.lb.waiting;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait on other replicas, read from the store when somebody asks. One read runs
 * at a time, and its result serves everybody who asks within {@link #FRESH} of its beginning unless
 * another replica has signalled a change; so the cost doesn't grow with the number of readers.
 *
 * <p>States of a reading, the newest of which is {@link #current}: running; outdated while it runs,
 * by a signal; complete, and fresh until {@link #FRESH} is over or a signal arrives. Who asks while
 * it runs shares it. Who asks while it is outdated waits for {@link #following}, because its result
 * may lack the signalled change: the end of the outdated reading begins another one with that
 * result, which counts even if it is outdated in turn, because it was read after they asked.
 *
 * <p>Failures: a read that fails is an empty view marked as incomplete, and serves as long as any
 * other, so that an outage doesn't multiply the reads. One without an answer in {@link
 * #PATIENCE_MS} is given up by those who wait, each for itself; the read goes on, and the time
 * limits of the store end it. Signals may be lost: no view is older than {@code FRESH}, or than its
 * read took.
 *
 * <p>Threads: any thread asks, {@code store-signals} reports changes, the store's threads complete
 * readings. One lock guards the fields; the store is called and results are completed without it.
 *
 * <p>Invariants: at most one reading runs, and it is the current one. {@code following} is set only
 * while that is running and outdated: the step that ends it takes {@code following}, too.
 */
public final class RemoteQueue {
  /** The most requests that are shown: some ten MiB. */
  public static final int MAX_ENTRIES = 20_000;

  private static final Duration FRESH = Duration.ofMillis(250);

  /** Longer than the store takes when it answers, shorter than a person's patience. */
  private static final long PATIENCE_MS = 1_000;

  private static final View UNKNOWN = new View(List.of(), false);

  private final Supplier<CompletionStage<List<QueueEntry>>> read;
  private final LongSupplier nanos;
  private final boolean none;
  private final Object lock = new Object();
  private @Nullable Reading current;

  /** The result of the reading after the current one, once that is outdated and asked for. */
  private @Nullable CompletableFuture<View> following;

  /**
   * What is known of other replicas.
   *
   * @param complete false if the store didn't answer, or there are more
   */
  public record View(List<QueueEntry> entries, boolean complete) {
    public View {
      entries = List.copyOf(entries);
    }
  }

  /** One read of the store; {@code running} and {@code outdated} are guarded by the lock. */
  private static final class Reading {
    /** Its result may be as old as this: the store executes it later. */
    private final long began;

    private final CompletableFuture<View> result;
    private boolean running = true;
    private boolean outdated;

    Reading(long began, CompletableFuture<View> result) {
      this.began = began;
      this.result = result;
    }
  }

  public RemoteQueue(SharedQueue store, LongSupplier nanos) {
    this(() -> store.others(MAX_ENTRIES + 1), nanos, false);
  }

  RemoteQueue(Supplier<CompletionStage<List<QueueEntry>>> read, LongSupplier nanos, boolean none) {
    this.none = none;
    this.read = read;
    this.nanos = nanos;
  }

  /** Returns the view of a process without other replicas. */
  public static RemoteQueue none() {
    return new RemoteQueue(() -> CompletableFuture.completedStage(List.of()), () -> 0, true);
  }

  /** Returns whether there are no other replicas. */
  public boolean isNone() {
    return none;
  }

  /**
   * Returns the requests of other replicas in order; doesn't fail. The time limit is that of a
   * copy, because others wait for the same reading.
   */
  public CompletionStage<View> view() {
    CompletableFuture<View> shared = shared();
    return shared.isDone()
        ? shared
        : shared.copy().completeOnTimeout(UNKNOWN, PATIENCE_MS, TimeUnit.MILLISECONDS);
  }

  private CompletableFuture<View> shared() {
    Reading begun;
    synchronized (lock) {
      Reading known = current;
      if (known != null && known.running) {
        return known.outdated ? afterCurrent() : known.result;
      }
      if (known != null && !known.outdated && nanos.getAsLong() - known.began < FRESH.toNanos()) {
        return known.result;
      }
      begun = begin(new CompletableFuture<>());
    }
    start(begun);
    return begun.result;
  }

  /** Called under the lock. */
  private CompletableFuture<View> afterCurrent() {
    CompletableFuture<View> next = following;
    if (next == null) {
      next = new CompletableFuture<>();
      following = next;
    }
    return next;
  }

  /** Called under the lock; the caller starts the reading after it has released the lock. */
  private Reading begin(CompletableFuture<View> result) {
    Reading begun = new Reading(nanos.getAsLong(), result);
    current = begun;
    return begun;
  }

  private void start(Reading reading) {
    CompletionStage<List<QueueEntry>> entries;
    try {
      entries = read.get();
    } catch (RuntimeException failure) {
      entries = CompletableFuture.failedStage(failure);
    }
    entries
        .thenApply(RemoteQueue::view)
        .whenComplete((view, failure) -> ended(reading, failure == null ? view : UNKNOWN));
  }

  /** Starts the next reading first, so that what callers do with this result doesn't delay it. */
  private void ended(Reading reading, View view) {
    Reading next = null;
    synchronized (lock) {
      reading.running = false;
      if (following != null) {
        next = begin(following);
        following = null;
      }
    }
    if (next != null) {
      start(next);
    }
    reading.result.complete(view);
  }

  private static View view(List<QueueEntry> found) {
    return found.size() > MAX_ENTRIES
        ? new View(found.subList(0, MAX_ENTRIES), false)
        : new View(found, true);
  }

  /** Another replica has changed its rows: what was read before isn't used any more. */
  public void changed() {
    synchronized (lock) {
      if (current != null) {
        current.outdated = true;
      }
    }
  }
}
