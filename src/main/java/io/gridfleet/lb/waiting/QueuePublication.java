package io.gridfleet.lb.waiting;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.async.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the queue of this replica in the store: writes rows of requests that have waited for
 * {@link #SOON}, and deletes rows of those that wait no longer. No caller waits for it, a request
 * that waits for less is never written, and nothing runs while no request enters or leaves.
 *
 * <p>States: {@code IDLE} (every request that waits is written), {@code SCHEDULED} (the timer
 * starts a batch), {@code WRITING} (the store writes a batch; one at a time). A batch that can't be
 * written, or whose answer was lost, is tried again after {@link #RETRY}, with what has changed
 * meanwhile: to write and to delete a row are both repeatable. Of a batch that the store refuses,
 * and has rolled back, the deletions are tried again likewise; its rows count as written, and
 * {@link #check} has them written again.
 *
 * <p>Threads: event loops call {@link #queued} and {@link #left}; the executor composes batches;
 * the store's threads settle them. One lock guards all fields, and is held neither while entries
 * are composed nor while the store is called. So a request may enter and leave while a batch with
 * it is written. What it does then is noted as if the batch had been written, and is part of the
 * next one; the order of the two batches makes it right.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>The state is {@code IDLE} only while {@code entered} and {@code left} are empty.
 *   <li>{@code rows} has each request that may have a row, from before its row is written until
 *       after its deletion was.
 *   <li>A request in {@code left} isn't in {@code entered}.
 * </ul>
 *
 * <p>The memory is bounded by the number of waiting requests, each of which is larger than its
 * notes here, and by {@link #MAX_REPEATED}.
 */
public final class QueuePublication {
  private static final Logger LOG = LoggerFactory.getLogger(QueuePublication.class);

  /** Requests that wait for less aren't shown on other replicas. */
  static final Duration SOON = Duration.ofMillis(250);

  static final Duration RETRY = Duration.ofSeconds(1);

  /** Some ten milliseconds of the store. */
  static final int BATCH = 500;

  /**
   * Deletions that failed and are repeated, some 10 MB. More leave rows of requests that don't wait
   * until this replica stops.
   */
  static final int MAX_REPEATED = 100_000;

  private final SharedQueue store;
  private final Function<Collection<String>, List<QueueEntry>> source;
  private final Threads threads;
  private final Object lock = new Object();

  /** The requests to write, with the time at which they were queued, oldest first. */
  private final Map<String, Long> entered = new LinkedHashMap<>();

  /** The requests whose rows are to be deleted. */
  private final Set<String> left = new LinkedHashSet<>();

  /** The requests that may have a row. A removal by another replica concerns only these. */
  private final Set<String> rows = new HashSet<>();

  private State state = State.IDLE;

  /** Whether the store refused the last batch, so that the next refusal isn't logged. */
  private boolean refused;

  /** The number of batches so far, by which a count of rows is recognized as outdated. */
  private long batches;

  private enum State {
    IDLE,
    SCHEDULED,
    WRITING
  }

  /**
   * Where it runs.
   *
   * @param nanos the clock of the timer
   */
  public record Threads(
      ScheduledExecutorService timer, ExecutorService executor, LongSupplier nanos) {}

  private record Batch(List<String> entered, Set<String> left) {
    boolean isEmpty() {
      return entered.isEmpty() && left.isEmpty();
    }
  }

  /**
   * @param source returns the entries of those of the requests that wait now
   */
  public QueuePublication(
      SharedQueue store, Function<Collection<String>, List<QueueEntry>> source, Threads threads) {
    this.store = store;
    this.source = source;
    this.threads = threads;
  }

  /**
   * A request entered the queue, possibly again. Its time starts anew; a row that it has stays, and
   * is written again, because its priority may differ.
   */
  public void queued(String request) {
    synchronized (lock) {
      left.remove(request);
      entered.remove(request);
      entered.put(request, threads.nanos().getAsLong());
      schedule(SOON);
    }
  }

  /** A request left the queue, or ended. One without a row costs nothing. */
  public void left(String request) {
    synchronized (lock) {
      entered.remove(request);
      if (rows.contains(request) && left.add(request)) {
        schedule(SOON);
      }
    }
  }

  /** Returns whether a request may have a row. */
  public boolean knows(String request) {
    synchronized (lock) {
      return rows.contains(request);
    }
  }

  /** Returns whether any request may have a row. */
  public boolean hasRows() {
    synchronized (lock) {
      return !rows.isEmpty();
    }
  }

  /** Called under the lock. */
  private void schedule(Duration delay) {
    if (state == State.IDLE) {
      state = State.SCHEDULED;
      Timers.afterOn(
          threads.executor(), threads.timer(), delay, "publishing the queue", this::writeBatch);
    }
  }

  /**
   * Runs on the executor. The state leaves {@code SCHEDULED} here and {@code WRITING} in {@link
   * #settled} only: each way out of this method leads to {@code IDLE} or to a stage that settles.
   */
  private void writeBatch() {
    Batch batch;
    synchronized (lock) {
      batch = next();
      if (batch.isEmpty()) {
        state = State.IDLE;
        scheduleNext();
        return;
      }
      state = State.WRITING;
      batches++;
    }
    List<QueueEntry> entries;
    try {
      entries = source.apply(batch.entered());
    } catch (RuntimeException mistake) {
      settled(batch, null);
      throw mistake;
    }
    postpone(batch, entries);
    Failures.log(
        store
            .write(entries, batch.left())
            .handle(
                (written, failure) -> {
                  settled(batch, failure == null ? written : null);
                  return null;
                }),
        "publishing the queue");
  }

  /**
   * Takes what is due. The rows are noted before they are written: a request that leaves from now
   * on is deleted by the next batch. Called under the lock.
   */
  private Batch next() {
    long before = threads.nanos().getAsLong() - SOON.toNanos();
    List<String> due = new ArrayList<>();
    Iterator<Map.Entry<String, Long>> all = entered.entrySet().iterator();
    while (all.hasNext() && due.size() < BATCH) {
      Map.Entry<String, Long> each = all.next();
      if (each.getValue() - before > 0) {
        break;
      }
      due.add(each.getKey());
      all.remove();
    }
    rows.addAll(due);
    Set<String> gone = left.stream().limit(BATCH).collect(Collectors.toSet());
    left.removeAll(gone);
    return new Batch(due, gone);
  }

  /**
   * Enters those again that were not in the queue when the batch was composed. A request whose lock
   * is requested isn't in the queue, and may return to it; one that has ended is reported as left,
   * sooner or later, which ends this.
   */
  private void postpone(Batch batch, List<QueueEntry> entries) {
    if (entries.size() == batch.entered().size()) {
      return;
    }
    Set<String> found = entries.stream().map(QueueEntry::request).collect(Collectors.toSet());
    long now = threads.nanos().getAsLong();
    synchronized (lock) {
      for (String request : batch.entered()) {
        if (!found.contains(request) && !left.contains(request)) {
          entered.putIfAbsent(request, now);
        }
      }
    }
  }

  /**
   * Applies the end of a batch. A deleted request that has entered again meanwhile keeps its place
   * in {@code rows}, because the next batch writes it.
   *
   * @param written null if the batch is to be written again, false if the store refused it
   */
  private void settled(Batch batch, @Nullable Boolean written) {
    boolean refusedNow = Boolean.FALSE.equals(written);
    boolean refusedBefore;
    synchronized (lock) {
      refusedBefore = refused;
      refused = refusedNow;
      state = State.IDLE;
      if (written == null) {
        restoreEntered(batch);
      }
      if (written == null || refusedNow) {
        restoreLeft(batch);
        scheduleUnlessEmpty(RETRY);
      } else {
        batch.left().stream().filter(this::isNotEntered).forEach(rows::remove);
        scheduleNext();
      }
    }
    if (refusedNow && !refusedBefore) {
      LOG.warn(
          "Other replicas don't see that these requests wait: {}; and that these don't: {}",
          batch.entered().stream().limit(10).toList(),
          batch.left().stream().limit(10).toList());
    }
  }

  /**
   * Returns the rows of a batch to what is to be done, as far as nothing newer is known of their
   * requests. Called under the lock.
   */
  private void restoreEntered(Batch batch) {
    long due = threads.nanos().getAsLong() - SOON.toNanos();
    Map<String, Long> later = new LinkedHashMap<>(entered);
    entered.clear();
    batch.entered().stream()
        .filter(request -> !left.contains(request))
        .forEach(request -> entered.put(request, due));
    entered.putAll(later);
  }

  /** As above, for the deletions of a batch. Drops some beyond {@link #MAX_REPEATED}. */
  private void restoreLeft(Batch batch) {
    batch.left().stream().filter(this::isNotEntered).forEach(left::add);
    Iterator<String> all = left.iterator();
    for (int excess = left.size() - MAX_REPEATED; excess > 0; excess--) {
      rows.remove(all.next());
      all.remove();
    }
  }

  private boolean isNotEntered(String request) {
    return !entered.containsKey(request);
  }

  /** Called under the lock. */
  private void scheduleNext() {
    boolean full = left.size() >= BATCH || (entered.size() >= BATCH && isDue());
    scheduleUnlessEmpty(full ? Duration.ZERO : SOON);
  }

  private void scheduleUnlessEmpty(Duration delay) {
    if (!entered.isEmpty() || !left.isEmpty()) {
      schedule(delay);
    }
  }

  private boolean isDue() {
    long oldest = entered.values().iterator().next();
    return threads.nanos().getAsLong() - oldest >= SOON.toNanos();
  }

  /**
   * Compares the number of rows with that in the store, and writes all again if another replica has
   * deleted them: it does so while this one has no heartbeat. Only while nothing is to be written,
   * when both numbers should be equal.
   */
  public void check() {
    long before;
    synchronized (lock) {
      if (state != State.IDLE || rows.isEmpty()) {
        return;
      }
      before = batches;
    }
    Failures.log(
        store
            .own()
            .thenAccept(stored -> compare(before, stored))
            .exceptionally(
                failure -> {
                  LOG.debug("The rows of waiting requests are counted later", failure);
                  return null;
                }),
        "checking the rows of waiting requests");
  }

  /** Compares only if no batch was begun since the count was requested. */
  private void compare(long before, int stored) {
    synchronized (lock) {
      if (state != State.IDLE || batches != before || rows.size() == stored) {
        return;
      }
      long due = threads.nanos().getAsLong() - SOON.toNanos();
      rows.forEach(request -> entered.put(request, due));
      schedule(SOON);
    }
  }
}
