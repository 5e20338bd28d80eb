package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.session.EndSession;
import java.util.concurrent.CompletionStage;

/** Offers the slots of ended sessions to waiting requests. */
record EndedLocks(Distributor distributor) implements EndSession.LockRelease {
  @Override
  public CompletionStage<Void> release(DeviceLock lock) {
    return distributor.release(lock);
  }

  @Override
  public void freed(DeviceLock lock) {
    distributor.freedHere(lock);
  }
}
