package io.gridfleet.lb.waiting;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The stored waiting requests of all replicas. A stage fails while the store can't be reached or is
 * busy.
 */
public interface SharedQueue {

  /**
   * Writes requests that wait on this replica, deletes those that don't any more, and signals it to
   * the other replicas. Repeatable.
   *
   * @return false if the store refused the batch and executed nothing of it
   */
  CompletionStage<Boolean> write(List<QueueEntry> entered, Set<String> left);

  /** Returns how many rows this replica has. */
  CompletionStage<Integer> own();

  /** Returns the first requests that wait on other living replicas, in the order of a queue. */
  CompletionStage<List<QueueEntry>> others(int most);

  /**
   * Notes that a request is to be removed by its replica, and signals it.
   *
   * @return false if no such request waits on another living replica
   */
  CompletionStage<Boolean> askRemoval(String request, String why);

  /** Returns the noted removals of requests of this replica, and deletes the notes. */
  CompletionStage<List<Removal>> takeRemovals();

  /** A request to be removed from the queue, with the sentence that its client reads. */
  record Removal(String request, String why) {}
}
