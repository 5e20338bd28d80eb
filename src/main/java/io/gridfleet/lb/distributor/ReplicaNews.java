package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.FleetSignal;

/** How the distributor learns what other replicas did with devices, and who waits there. */
public final class ReplicaNews {
  private final Distributor distributor;

  public ReplicaNews(Distributor distributor) {
    this.distributor = distributor;
  }

  /** What another replica said; signals about anything else are left alone. */
  public void heard(FleetSignal signal) {
    if (signal instanceof FleetSignal.Freed freed) {
      freed(freed);
    } else if (signal instanceof FleetSignal.Taken taken) {
      taken(taken);
    } else if (signal instanceof FleetSignal.Waits || signal instanceof FleetSignal.NoneWaits) {
      waits(signal);
    } else if (signal instanceof FleetSignal.WhoWaits) {
      repeat();
    }
  }

  /** A slot is free; which one it was for us may not be known. */
  private void freed(FleetSignal.Freed freed) {
    distributor.freed(freed.device(), freed.slot(), freed.token());
    distributor.doubt(freed.device());
  }

  /** A slot is taken: those who wait here needn't try for it. */
  private void taken(FleetSignal.Taken taken) {
    distributor.hear(
        (matching, now, result) -> {
          Seat seat = matching.fleet().seat(taken.device());
          if (seat != null) {
            matching.takenElsewhere(seat, taken, now);
            matching.serve(seat, now, result);
          }
        });
  }

  /** Somebody waits first in a line of another queue, or nobody does. */
  private void waits(FleetSignal told) {
    distributor.hear(
        (matching, now, result) -> {
          matching.others().heard(told, now);
          matching.serveLeft(now, result);
        });
  }

  /** Tells other replicas again who waits here first, and forgets what they don't repeat. */
  public void repeat() {
    distributor.hear(
        (matching, now, result) -> {
          matching.others().forgetOld(now);
          matching.fronts().again();
        });
  }
}
