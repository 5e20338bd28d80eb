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
 * <p>Threads: any; one lock guards the fields and is not held while a stage completes.
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

  private static final class Reading {
    private final long began;
    private final CompletableFuture<View> result = new CompletableFuture<>();
    private boolean outdated;

    Reading(long began) {
      this.began = began;
    }
  }

  public RemoteQueue(SharedQueue store, LongSupplier nanos) {
    this(() -> store.others(MAX_ENTRIES + 1), nanos, false);
  }

  private RemoteQueue(
      Supplier<CompletionStage<List<QueueEntry>>> read, LongSupplier nanos, boolean none) {
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

  /** Returns the requests of other replicas in order; doesn't fail. */
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
      if (known != null && !known.result.isDone()) {
        return known.outdated ? afterCurrent(known) : known.result;
      }
      if (known != null && !known.outdated && nanos.getAsLong() - known.began < FRESH.toNanos()) {
        return known.result;
      }
      begun = new Reading(nanos.getAsLong());
      current = begun;
    }
    start(begun);
    return begun.result;
  }

  /** Called under the lock. */
  private CompletableFuture<View> afterCurrent(Reading known) {
    CompletableFuture<View> next = following;
    if (next == null) {
      next = known.result.thenCompose(outdated -> next());
      following = next;
    }
    return next;
  }

  private CompletableFuture<View> next() {
    synchronized (lock) {
      following = null;
    }
    return shared();
  }

  private void start(Reading reading) {
    CompletionStage<List<QueueEntry>> entries;
    try {
      entries = read.get();
    } catch (RuntimeException failure) {
      entries = CompletableFuture.failedStage(failure);
    }
    entries.whenComplete(
        (found, failure) -> reading.result.complete(failure == null ? view(found) : UNKNOWN));
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
