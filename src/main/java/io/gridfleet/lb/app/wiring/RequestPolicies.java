package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.router.BodyBudget;
import io.gridfleet.lb.router.FrontDoor;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** What the configuration permits to clients and web pages at the HTTP endpoint. */
final class RequestPolicies {
  private RequestPolicies() {}

  static FrontDoor.Protection of(GridFleetConfig config, Admission admission, BodyBudget bodies) {
    return new FrontDoor.Protection(
        admission, bodies, config.router().origins(isOpenHere(config, admission)));
  }

  /** No token is required and only this machine can connect: a page in its browser could. */
  private static boolean isOpenHere(GridFleetConfig config, Admission admission) {
    InetAddress address =
        new InetSocketAddress(config.listen().host(), config.listen().port()).getAddress();
    return !admission.asksForTokens() && address != null && address.isLoopbackAddress();
  }
}
