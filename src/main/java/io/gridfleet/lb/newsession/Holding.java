package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.newsession.attempt.Attempt;
import io.gridfleet.lb.session.Session;

/**
 * What a request has taken, and nobody else would give back if the request were forgotten now. It
 * belongs to the executor of the request; {@link NewSessionMachine.State} says which state holds
 * what. What a running stage will give back by itself isn't held: a publication that is under way,
 * a device that is being released.
 */
sealed interface Holding {

  /** Gives it back after a mistake in the program. */
  void giveBack(NewSessionRequest request, LockReturn locks);

  /** Stops waiting for the distributor or for a node, because the client left. */
  default void abandon() {}

  /** Nothing to give back. */
  record Nothing() implements Holding {
    @Override
    public void giveBack(NewSessionRequest request, LockReturn locks) {}
  }

  /** A place in the queue; a device that comes for it all the same is an event of its own. */
  record Place(Distributor.Wait inQueue) implements Holding {
    @Override
    public void giveBack(NewSessionRequest request, LockReturn locks) {
      inQueue.end(new Placement.Removed("something is wrong in GridFleet LB"));
    }

    @Override
    public void abandon() {
      inQueue.end(new Placement.Removed("the client left"));
    }
  }

  /** A locked device whose node wasn't asked: only while an attempt is being started. */
  record LockedDevice(Placement.Placed placed) implements Holding {
    @Override
    public void giveBack(NewSessionRequest request, LockReturn locks) {
      locks.releaseUntried(placed);
    }
  }

  /** A locked device whose node is being asked, or has answered. */
  record AttemptedDevice(Attempt attempt) implements Holding {
    @Override
    public void giveBack(NewSessionRequest request, LockReturn locks) {
      locks.cleanUp(attempt);
    }

    @Override
    public void abandon() {
      attempt.abandon();
    }
  }

  /** A recorded session. */
  record LiveSession(Session session, Device device) implements Holding {
    @Override
    public void giveBack(NewSessionRequest request, LockReturn locks) {
      locks.endSession(request, session, device);
    }
  }
}
