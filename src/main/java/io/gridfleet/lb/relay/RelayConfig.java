package io.gridfleet.lb.relay;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Durations;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The configuration of the relay. */
public record RelayConfig(
    @Key(doc = "The timeout of connecting to a node.", fallback = "5s", min = "10ms")
        Duration connectTimeout,
    @Key(doc = "The timeout of a command whose session sets none.", fallback = "2min", min = "1s")
        Duration commandTimeout,
    @Key(
            doc = "How long an idle connection to a node is kept; below the node's own keep-alive.",
            fallback = "1min",
            min = "1s",
            max = "10min")
        Duration nodeIdle,
    @Key(doc = "The most open WebSockets of a session.", fallback = "16", min = "1")
        int socketsPerSession,
    @Key(
            doc =
                "Which of Cookie, Origin, Referer, Forwarded and X-Forwarded-… are forwarded to nodes from"
                    + " peers that aren't trusted proxies.",
            example = "[Cookie]")
        List<String> passHeaders)
    implements ValidatedConfig {

  /** Returns the filter of the headers that are forwarded to nodes. */
  public ClientHeaders clientHeaders(Predicate<InetAddress> trusted) {
    return new ClientHeaders(
        passHeaders.stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet()),
        trusted);
  }

  @Override
  public void check(ConstraintErrors complaints) {
    if (connectTimeout.compareTo(commandTimeout) >= 0) {
      complaints.at(
          "connectTimeout",
          "must be shorter than 'commandTimeout' (" + Durations.text(commandTimeout) + ")");
    }
  }
}
