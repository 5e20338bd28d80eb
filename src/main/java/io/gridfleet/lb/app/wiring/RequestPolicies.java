package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.router.BodyBudget;
import io.gridfleet.lb.router.FrontDoor;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** What the configuration lets clients and web pages do at the front door. */
final class RequestPolicies {
  private RequestPolicies() {}

  static FrontDoor.Protection of(GridFleetConfig config, Admission admission, BodyBudget bodies) {
    return new FrontDoor.Protection(
        admission, bodies, config.router().origins(isOpenHere(config, admission)));
  }

  /** Nobody is asked for a token, and only this machine reaches us: a page in its browser does. */
  private static boolean isOpenHere(GridFleetConfig config, Admission admission) {
    InetAddress address =
        new InetSocketAddress(config.listen().host(), config.listen().port()).getAddress();
    return !admission.asksForTokens() && address != null && address.isLoopbackAddress();
  }
}
