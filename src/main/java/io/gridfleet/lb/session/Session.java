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
 * @param lock the lock on its slot
 * @param capabilities as returned to the client
 * @param tunnels the WebSocket URLs on the node, by the part of the client's path after the session
 *     id
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
   * Returns how long it has lived; never negative, although {@code now} is an estimate of the
   * store's time that may be behind it.
   */
  public Duration livedUntil(Instant now) {
    Duration lived = Duration.between(created, now);
    return lived.isNegative() ? Duration.ZERO : lived;
  }

  /**
   * The terms that were set when the session began.
   *
   * @param tenant the name of the client's token
   * @param run the run that it belongs to
   * @param testName the client's name of the test, for people
   * @param idleLimit after which an idle session is ended
   * @param commandTimeout the limit of one command
   * @param direct whether the client was offered a direct connection to the node
   */
  public record Terms(
      String tenant,
      Optional<String> run,
      Optional<String> testName,
      Duration idleLimit,
      Duration commandTimeout,
      boolean direct) {}
}
