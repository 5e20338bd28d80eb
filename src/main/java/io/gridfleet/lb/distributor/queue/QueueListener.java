package io.gridfleet.lb.distributor.queue;

/**
 * Receives the changes of the queues that may change their heads, of which other replicas are
 * informed. Called under the distributor's lock.
 */
public interface QueueListener {
  /** A request entered its queues, or returned to them. */
  void entered(Waiter waiter);

  /** A request has ended, in its queues or not. */
  void settled(Waiter waiter);
}
