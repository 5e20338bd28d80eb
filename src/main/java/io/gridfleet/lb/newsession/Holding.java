package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.newsession.attempt.Attempt;
import io.gridfleet.lb.session.Session;

/**
 * The resource that a request holds and must give back. Confined to the executor of the request;
 * {@link NewSessionMachine.State} defines which state holds what. A resource that a running stage
 * gives back isn't held: a session that is being published, a device that is being released.
 */
sealed interface Holding {

  /** Gives it back after a bug. */
  void giveBack(NewSessionRequest request, LockReturn locks);

  /** Stops waiting for the distributor or for a node, because the client left. */
  default void abandon() {}

  /** No resource. */
  record Nothing() implements Holding {
    @Override
    public void giveBack(NewSessionRequest request, LockReturn locks) {}
  }

  /** A position in the queue; a device granted after its end is an event of its own. */
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

  /** A locked device whose node wasn't called: only while an attempt is being started. */
  record LockedDevice(Placement.Placed placed) implements Holding {
    @Override
    public void giveBack(NewSessionRequest request, LockReturn locks) {
      locks.releaseUntried(placed);
    }
  }

  /** A locked device whose node was called, and may have answered. */
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
