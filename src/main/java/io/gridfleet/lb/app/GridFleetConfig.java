package io.gridfleet.lb.app;

import io.gridfleet.lb.auth.TokenConfig;
import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Durations;
import io.gridfleet.lb.config.HostPort;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import io.gridfleet.lb.history.HistoryConfig;
import io.gridfleet.lb.newsession.NewSessionConfig;
import io.gridfleet.lb.node.NodeConfig;
import io.gridfleet.lb.node.NodeTlsConfig;
import io.gridfleet.lb.node.ProbeConfig;
import io.gridfleet.lb.relay.RelayConfig;
import io.gridfleet.lb.router.RouterConfig;
import io.gridfleet.lb.run.RunConfig;
import io.gridfleet.lb.session.SessionConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The whole configuration: what {@code --config} names, the environment, and the flags. */
public record GridFleetConfig(
    @Key(doc = "The address to listen on: host:port.", fallback = "127.0.0.1:4444") HostPort listen,
    @Key(
            doc = "Whether anybody may use the lab from other machines although no token is set.",
            fallback = "false")
        boolean anonymous,
    @Key(
            doc = "Whether simulated nodes are started and added, to try things out.",
            fallback = "false")
        boolean demo,
    @Key(doc = "Where locks, sessions and runs are kept.") StoreSection store,
    @Key(doc = "The nodes of the lab and their devices.") List<NodeConfig> nodes,
    @Key(doc = "TLS with nodes.") NodeTlsConfig nodeTls,
    @Key(doc = "Files with more nodes.") InventoryConfig inventory,
    @Key(doc = "Who may use the lab; everybody, if there are none.") List<TokenConfig> tokens,
    @Key(doc = "New sessions: waiting, attempts, progress.") NewSessionConfig newSession,
    @Key(doc = "Live sessions: silence and memory.") SessionConfig session,
    @Key(doc = "What is kept of requests and devices for people to read.") HistoryConfig history,
    @Key(doc = "Runs of CI suites: how long they last, how devices rest.") RunConfig runs,
    @Key(doc = "Commands and sockets on their way to nodes.") RelayConfig relay,
    @Key(doc = "The HTTP endpoint: limits and closing.") RouterConfig router,
    @Key(doc = "Probes of nodes.") ProbeConfig probe,
    @Key(doc = "The log.") LogConfig log)
    implements ValidatedConfig {

  @Override
  public void check(ConstraintErrors complaints) {
    if (!listen.isLoopback() && tokens.isEmpty() && !anonymous) {
      complaints.at(
          "listen",
          "is reachable from other machines ("
              + listen
              + ") and there are no 'tokens'; add some, or say 'anonymous: true'");
    }
    lattice(complaints);
    NodeNames.check(nodes, complaints);
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < tokens.size(); i++) {
      String key = "tokens[" + i + "].name";
      String first = names.putIfAbsent(tokens.get(i).name(), key);
      if (first != null) {
        complaints.at(
            key,
            "stands twice: " + tokens.get(i).name() + ", first in line " + complaints.line(first));
      }
    }
  }

  /** The same with these nodes after its own. */
  public GridFleetConfig withMore(List<NodeConfig> more) {
    List<NodeConfig> all = new ArrayList<>(nodes);
    all.addAll(more);
    return new GridFleetConfig(
        listen,
        anonymous,
        demo,
        store,
        List.copyOf(all),
        nodeTls,
        inventory,
        tokens,
        newSession,
        session,
        history,
        runs,
        relay,
        router,
        probe,
        log);
  }

  private void lattice(ConstraintErrors complaints) {
    shorter("relay.connectTimeout", relay.connectTimeout(), complaints);
    shorter("probe.timeout", probe.timeout(), complaints);
  }

  private void shorter(String key, Duration value, ConstraintErrors complaints) {
    if (value.compareTo(newSession.attemptTimeout()) >= 0) {
      complaints.at(
          key,
          "must be shorter than 'newSession.attemptTimeout' ("
              + Durations.text(newSession.attemptTimeout())
              + ")");
    }
  }
}
