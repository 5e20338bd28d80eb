package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.http.EventLoops;
import io.gridfleet.lb.node.NodeCleanUp;
import io.gridfleet.lb.node.NodeClient;
import io.gridfleet.lb.node.NodeConnections;
import io.gridfleet.lb.node.NodeDirectory;
import io.gridfleet.lb.node.NodeTrust;
import io.gridfleet.lb.recovery.NodeSessionCalls;
import java.util.concurrent.ScheduledExecutorService;

/** The known nodes and the ways in which they are called. */
final class NodeWiring implements AutoCloseable {
  private final NodeDirectory directory = new NodeDirectory();
  private final NodeTrust trust;
  private final NodeCleanUp cleanUp;
  private final NodeConnections connections;
  private final NodeClient client;
  private final NodeSessionCalls sessions;

  NodeWiring(GridFleetConfig config, EventLoops loops, ScheduledExecutorService timer) {
    this.trust = new NodeTrust(config.nodeTls().trust());
    this.cleanUp = new NodeCleanUp(trust, timer);
    this.connections =
        new NodeConnections(
            loops.transport(),
            loops.deadlines(),
            config.relay().connectTimeout(),
            config.relay().nodeIdle(),
            trust);
    this.client = new NodeClient(connections, loops.group());
    this.sessions = new NodeSessionCalls(cleanUp, client, directory);
  }

  NodeDirectory directory() {
    return directory;
  }

  /** The certificates that nodes may have. */
  NodeTrust trust() {
    return trust;
  }

  /** Connections for commands, kept open between them. */
  NodeConnections connections() {
    return connections;
  }

  /** Single requests over the same connections. */
  NodeClient client() {
    return client;
  }

  /** Requests about sessions that no client drives. */
  NodeSessionCalls sessions() {
    return sessions;
  }

  @Override
  public void close() {
    cleanUp.close();
  }
}
