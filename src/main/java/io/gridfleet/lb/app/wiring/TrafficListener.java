package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.relay.CommandReport;
import io.gridfleet.lb.relay.RelayListener;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.SessionActivity;
import io.gridfleet.lb.webdriver.SessionId;

/** Updates sessions by the relay's traffic: that they are live, or that their node lost them. */
final class TrafficListener implements RelayListener {
  private final SessionActivity activity;
  private final EndSession endSession;

  TrafficListener(SessionActivity activity, EndSession endSession) {
    this.activity = activity;
    this.endSession = endSession;
  }

  @Override
  public void commandStarted(SessionId id) {
    activity.began(id);
  }

  @Override
  public void commandEnded(SessionId id, CommandReport report) {
    activity.ended(id);
  }

  @Override
  public void sessionUnknownToNode(SessionId id) {
    endSession.end(id, EndReason.UNKNOWN_TO_NODE, NodeKnows.ALREADY);
  }

  /**
   * The node is called all the same: its answer was only an acceptance, and the device is given to
   * another next.
   */
  @Override
  public void sessionEndedOnSocket(SessionId id) {
    endSession.end(id, EndReason.CLIENT_DELETED, NodeKnows.TELL_IT);
  }

  @Override
  public void socketTraffic(SessionId id) {
    activity.touched(id);
  }
}
