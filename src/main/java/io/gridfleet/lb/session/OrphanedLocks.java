package io.gridfleet.lb.session;

import io.gridfleet.lb.device.DeviceLock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Locks of replicas that died in the middle of an attempt or of an ending. The slot of an expired
 * lock is given to nobody until one replica has claimed it, asked the node for the session, and
 * ended that.
 */
public interface OrphanedLocks {

  /**
   * Gives expired locks to the caller, oldest first. Nobody else gets them until the claim is over
   * or its replica is dead; from here on the lock can neither be renewed nor published nor
   * released.
   *
   * @param most how many at once
   * @param claim how long the caller has for the clean-up; afterwards they are given out again
   */
  CompletionStage<List<ExpiredLock>> claimExpired(int most, Duration claim);

  /**
   * Frees the slot: nothing is left on the node.
   *
   * @return false when the claim was over before; whoever has it now frees the slot
   */
  CompletionStage<Boolean> cleaned(ExpiredLock lock);

  /** The node couldn't be asked: the lock is given out again after a pause. */
  CompletionStage<Void> notCleaned(ExpiredLock lock, Duration pause);

  /** Locks of attempts that somebody looks after, by the store's clock. */
  CompletionStage<List<DeviceLock>> attemptsUnderWay();

  /**
   * Gives locks of sessions that aren't live to the sweep: only a table changed by hand has such.
   *
   * @return how many there were
   */
  CompletionStage<Integer> expireWithoutSession();
}
