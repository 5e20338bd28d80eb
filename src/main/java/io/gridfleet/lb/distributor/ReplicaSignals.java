package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.FleetSignal;

/** How the distributor learns what other replicas did with devices, and who waits there. */
public final class ReplicaSignals {
  private final Distributor distributor;
  private final ModelUpdates updates;

  public ReplicaSignals(Distributor distributor) {
    this.distributor = distributor;
    this.updates = distributor.updates();
  }

  /** What another replica said; signals about anything else are left alone. */
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

  /** A slot is free; which one it was for us may not be known. */
  private void freed(FleetSignal.Freed freed) {
    distributor.freed(freed.device(), freed.slot(), freed.token());
    distributor.expireGuess(freed.device());
  }

  /** A slot is taken: those who wait here needn't try for it. */
  private void taken(FleetSignal.Taken taken) {
    updates.receive(
        (matching, now, steps) -> {
          DeviceState state = matching.fleet().state(taken.device());
          if (state != null) {
            matching.takenElsewhere(state, taken, now);
            matching.serve(state, now, steps);
          }
        });
  }

  /** Somebody waits first in a line of another queue; a newer replica may ask what isn't read. */
  private void waits(FleetSignal.Waits told) {
    QuestionText.read(told.question())
        .ifPresentOrElse(
            asked -> updates.askFor(told, asked), () -> noneWaits(told.replica(), told.line()));
  }

  private void noneWaits(String replica, int line) {
    updates.receive(
        (matching, now, steps) -> {
          matching.others().noneWaits(replica, line);
          matching.serveLeft(now, steps);
        });
  }

  /** Tells other replicas again who waits here first, and forgets what they don't repeat. */
  public void repeat() {
    updates.receive(
        (matching, now, steps) -> {
          matching.others().forgetOld(now);
          matching.fronts().again();
        });
  }
}
