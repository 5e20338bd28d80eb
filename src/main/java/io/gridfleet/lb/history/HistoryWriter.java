package io.gridfleet.lb.history;

import io.gridfleet.lb.async.Failures;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;

/**
 * Writes records in batches, in the order in which they were offered, and never makes a caller
 * wait: a record that has no room is dropped and counted.
 *
 * <p>At most one batch is being written. It stays in the queue until the sink has settled it: a
 * batch that can't be written now is tried again by the next {@link #tick}, so an outage of the
 * store loses records only when the queue is full. A batch that the sink refuses is tried again
 * record by record, and what is refused alone is dropped. A batch whose answer was lost is written
 * twice: the writes of a sink must be repeatable.
 *
 * <p>Threads: any thread offers; {@code tick} is called by a timer; the sink settles on threads of
 * its own. One lock guards all fields, and is never held while the sink or the listener is called.
 * Invariants: {@code weight} is the sum over {@code queue}; a record that was offered is settled
 * once: written or dropped.
 *
 * @param <T> the type of records
 */
public final class HistoryWriter<T> {
  private final Sink<T> sink;
  private final Room room;
  private final ToIntFunction<T> weightOf;
  private final DropListener listener;
  private final Object lock = new Object();
  private final Queue<Weighed<T>> queue = new ArrayDeque<>();
  private long weight;
  private boolean writing;
  private boolean closed;

  /** How many of the next records are written one by one, because their batch was refused. */
  private int alone;

  /** Completes when a closed writer has nothing to write any more, or can't write it. */
  private final CompletableFuture<Void> finished = new CompletableFuture<>();

  /** Writes batches; called for one batch at a time. */
  @FunctionalInterface
  public interface Sink<T> {
    /** Writes a batch, and completes with what became of all of it. */
    CompletionStage<Result> write(List<T> batch);
  }

  /** What became of a batch. */
  public enum Result {
    WRITTEN,
    /** The store can't be reached or is busy. */
    TRY_LATER,
    /** The store was reached and refused the batch. */
    REFUSED
  }

  /** A record in the queue; to weigh it takes longer than to remove it. */
  private record Weighed<T>(T record, int weight) {}

  /**
   * The bounds of the queue and of a batch.
   *
   * @param records the most records that wait
   * @param weight the most characters of the records that wait
   * @param batch the most records of a batch
   */
  public record Room(int records, long weight, int batch) {
    /**
     * Some seconds of a busy lab, in a few dozen MiB. A batch takes a few milliseconds, in which
     * nothing else is written to SQLite; the cost of its transaction is shared by its records.
     */
    public static Room standard() {
      return new Room(10_000, 16L << 20, 500);
    }

    /** Returns the same room with batches of another size. */
    public Room batchesOf(int most) {
      return new Room(records, weight, most);
    }
  }

  /** Is called for records that are dropped. */
  @FunctionalInterface
  public interface DropListener {
    void dropped(int records);
  }

  /**
   * @param weightOf the approximate number of characters of a record
   */
  public HistoryWriter(Sink<T> sink, Room room, ToIntFunction<T> weightOf, DropListener listener) {
    this.sink = sink;
    this.room = room;
    this.weightOf = weightOf;
    this.listener = listener;
  }

  /**
   * Queues a record, or drops it.
   *
   * @return false if it was dropped
   */
  public boolean offer(T record) {
    int size = weightOf.applyAsInt(record);
    boolean added;
    synchronized (lock) {
      added = !closed && queue.size() < room.records() && weight + size <= room.weight();
      if (added) {
        queue.add(new Weighed<>(record, size));
        weight += size;
      }
    }
    if (!added) {
      listener.dropped(1);
    }
    return added;
  }

  /** Returns whether the queue is less than half full, so that there is room for optional ones. */
  public boolean hasRoom() {
    synchronized (lock) {
      return !closed && queue.size() < room.records() / 2 && weight < room.weight() / 2;
    }
  }

  /** Returns how many records wait, those that are being written included. */
  public int waiting() {
    synchronized (lock) {
      return queue.size();
    }
  }

  /** Begins to write what waits, unless a batch is being written. Doesn't block. */
  public void tick() {
    for (List<T> batch = next(); !batch.isEmpty(); batch = next()) {
      List<T> current = batch;
      CompletableFuture<Result> stage = ask(current);
      if (!stage.isDone()) {
        Failures.log(
            stage.thenAccept(
                result -> {
                  if (settled(current, result)) {
                    tick();
                  }
                }),
            "writing history");
        return;
      }
      if (!settled(current, stage.join())) {
        return;
      }
    }
  }

  private List<T> next() {
    synchronized (lock) {
      if (writing || queue.isEmpty()) {
        return List.of();
      }
      writing = true;
      return first(alone > 0 ? 1 : room.batch());
    }
  }

  private List<T> first(int most) {
    List<T> batch = new ArrayList<>(Math.min(most, queue.size()));
    for (Weighed<T> each : queue) {
      if (batch.size() == most) {
        break;
      }
      batch.add(each.record());
    }
    return batch;
  }

  /** Never fails. */
  private CompletableFuture<Result> ask(List<T> batch) {
    try {
      return sink.write(batch).toCompletableFuture().exceptionally(failure -> Result.REFUSED);
    } catch (RuntimeException mistake) {
      return CompletableFuture.completedFuture(Result.REFUSED);
    }
  }

  /**
   * Applies the result of a batch, which is the first part of the queue: nothing else removes from
   * it meanwhile. A closed writer ends with its last record, or with the first batch that can't be
   * written now.
   *
   * @return whether the next batch may be written at once
   */
  private boolean settled(List<T> batch, Result result) {
    int dropped = 0;
    boolean goOn;
    boolean end;
    synchronized (lock) {
      writing = false;
      goOn = result != Result.TRY_LATER;
      if (result == Result.REFUSED && batch.size() > 1) {
        alone = batch.size();
      } else if (goOn) {
        remove(batch.size());
        dropped = result == Result.REFUSED ? 1 : 0;
      }
      end = closed && (queue.isEmpty() || !goOn);
      if (end) {
        dropped += queue.size();
        remove(queue.size());
      }
    }
    try {
      if (dropped > 0) {
        listener.dropped(dropped);
      }
    } finally {
      if (end) {
        finished.complete(null);
      }
    }
    return goOn && !end;
  }

  private void remove(int records) {
    for (int i = 0; i < records; i++) {
      Weighed<T> removed = queue.poll();
      if (removed != null) {
        weight -= removed.weight();
      }
    }
    alone = Math.max(0, alone - records);
  }

  /**
   * Accepts no more records and writes those that wait.
   *
   * @return completes when they are written or, because the store can't be reached, dropped
   */
  public CompletionStage<Void> close() {
    boolean nothing;
    synchronized (lock) {
      closed = true;
      nothing = queue.isEmpty();
    }
    if (nothing) {
      finished.complete(null);
    } else {
      tick();
    }
    return finished;
  }
}
