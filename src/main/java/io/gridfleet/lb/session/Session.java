package io.gridfleet.lb.session;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A WebDriver session that exists on a node.
 *
 * @param lock the slot that it runs in
 * @param capabilities as they were answered to the client
 * @param tunnels where WebSockets of this session lead on its node, by what follows the session id
 *     in the path that the client was told
 * @param created when it was recorded, by the store's clock
 */
public record Session(
    SessionId id,
    DeviceLock lock,
    NodeId node,
    Terms terms,
    Capabilities capabilities,
    Map<String, String> tunnels,
    Instant created) {
  public Session {
    tunnels = Map.copyOf(tunnels);
  }

  /**
   * What was agreed when the session began.
   *
   * @param tenant the name of the token that asked
   * @param run the run that it belongs to
   * @param testName what the client calls it, for people
   * @param idleLimit how long it may be silent before it is ended
   * @param commandTimeout how long one command may take
   * @param direct whether the client was told to talk to the node itself
   */
  public record Terms(
      String tenant,
      Optional<String> run,
      Optional<String> testName,
      Duration idleLimit,
      Duration commandTimeout,
      boolean direct) {}
}
