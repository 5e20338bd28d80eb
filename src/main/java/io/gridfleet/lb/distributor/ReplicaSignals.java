package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.distributor.replicas.QuestionText;

/** The entry point for signals of other replicas about devices and queues. */
public final class ReplicaSignals {
  private final Distributor distributor;
  private final ModelUpdates updates;

  public ReplicaSignals(Distributor distributor) {
    this.distributor = distributor;
    this.updates = distributor.updates();
  }

  /** Applies a signal; ignores signals about anything else. */
  public void received(FleetSignal signal) {
    if (signal instanceof FleetSignal.Freed freed) {
      freed(freed);
    } else if (signal instanceof FleetSignal.Taken taken) {
      taken(taken);
    } else if (signal instanceof FleetSignal.Waits waits) {
      waits(waits);
    } else if (signal instanceof FleetSignal.NoneWaits none) {
      noneWaits(none.replica(), none.line());
    } else if (signal instanceof FleetSignal.WhoWaits) {
      repeat();
    }
  }

  /** Frees a slot, and guessed locks of its device: the freed slot may be one of those. */
  private void freed(FleetSignal.Freed freed) {
    distributor.freed(freed.device(), freed.slot(), freed.token());
    distributor.expireGuess(freed.device());
  }

  /** Marks a slot as taken, so that no request here tries its lock. */
  private void taken(FleetSignal.Taken taken) {
    updates.receive(
        (matching, now, effects) -> {
          DeviceState state = matching.fleet().state(taken.device());
          if (state != null) {
            matching.takenElsewhere(state, taken, now);
            matching.assignment().serve(state, now, effects);
          }
        });
  }

  /** Applies a head of another replica. A question in a newer format counts as no head. */
  private void waits(FleetSignal.Waits signal) {
    QuestionText.read(signal.question())
        .ifPresentOrElse(
            asked -> updates.matchHead(signal, asked),
            () -> noneWaits(signal.replica(), signal.line()));
  }

  private void noneWaits(String replica, int line) {
    updates.receive(
        (matching, now, effects) -> {
          matching.remoteHeads().noneWaits(replica, line);
          matching.assignment().serveYielded(now, effects);
        });
  }

  /** Publishes the heads of this replica again, and removes remote ones that aren't repeated. */
  public void repeat() {
    updates.receive(
        (matching, now, effects) -> {
          matching.remoteHeads().removeExpired(now);
          matching.heads().again();
        });
  }
}
