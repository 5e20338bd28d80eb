package io.gridfleet.lb.session;

import io.gridfleet.lb.device.DeviceLock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Locks of replicas that died during an attempt or while ending a session. The slot of an expired
 * lock stays locked until one replica has claimed it, queried the node for the session, and deleted
 * that.
 */
public interface OrphanedLocks {

  /**
   * Claims expired locks, oldest first. No other replica can claim them until the claim expires or
   * this replica dies. A claimed lock can't be renewed, published or released.
   *
   * @param most the maximum number of locks
   * @param claim the time for the clean-up, after which they can be claimed again
   */
  CompletionStage<List<ExpiredLock>> claimExpired(int most, Duration claim);

  /**
   * Frees the slot after the clean-up.
   *
   * @return false if the claim had expired; the replica that claimed it since frees the slot
   */
  CompletionStage<Boolean> cleaned(ExpiredLock lock);

  /** Lets the lock be claimed again after a pause, because the node didn't answer. */
  CompletionStage<Void> notCleaned(ExpiredLock lock, Duration pause);

  /**
   * Returns the locks of attempts whose sessions can still be published: the unexpired ones, by the
   * store's clock, and the expired ones that no replica has claimed.
   */
  CompletionStage<List<DeviceLock>> attemptsUnderWay();

  /**
   * Expires session locks without a live session, which only manual changes of the table can cause.
   *
   * @return the number of such locks
   */
  CompletionStage<Integer> expireWithoutSession();
}
