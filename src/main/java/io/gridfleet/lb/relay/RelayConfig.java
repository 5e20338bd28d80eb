package io.gridfleet.lb.relay;

import io.gridfleet.lb.config.Checked;
import io.gridfleet.lb.config.Complaints;
import io.gridfleet.lb.config.Durations;
import io.gridfleet.lb.config.Key;
import java.time.Duration;

/** How commands and sockets of live sessions are carried. */
public record RelayConfig(
    @Key(doc = "How long a connection to a node may take to stand.", fallback = "5s", min = "10ms")
        Duration connectTimeout,
    @Key(
            doc = "How long one command may take when the session doesn't say.",
            fallback = "2min",
            min = "1s")
        Duration commandTimeout,
    @Key(
            doc =
                "How long an unused connection to a node is kept; below the node's own keep-alive.",
            fallback = "1min",
            min = "1s",
            max = "10min")
        Duration nodeIdle,
    @Key(doc = "How many WebSockets a session may have at once.", fallback = "16", min = "1")
        int socketsPerSession)
    implements Checked {

  @Override
  public void check(Complaints complaints) {
    if (connectTimeout.compareTo(commandTimeout) >= 0) {
      complaints.at(
          "connectTimeout",
          "must be shorter than 'commandTimeout' (" + Durations.text(commandTimeout) + ")");
    }
  }
}
