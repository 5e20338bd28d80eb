package io.gridfleet.lb.app;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.distributor.Distributor;
import java.util.concurrent.CompletionStage;

/** Frees locks, and tells the waiters of this replica and of the others. */
record FreedLocks(Distributor distributor, FleetSignals signals) {

  /** Frees the lock in the store, then tells everybody. */
  CompletionStage<Void> release(DeviceLock lock) {
    return distributor.release(lock).thenRun(() -> tellOthers(lock));
  }

  /** Tells everybody of a lock that the store has freed already. */
  void told(DeviceLock lock) {
    distributor.freed(lock.device(), lock.slot(), lock.token());
    tellOthers(lock);
  }

  private void tellOthers(DeviceLock lock) {
    signals.publish(new FleetSignal.Freed(lock.device(), lock.slot(), lock.token()));
  }
}
