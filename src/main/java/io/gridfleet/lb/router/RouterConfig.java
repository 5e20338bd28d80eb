package io.gridfleet.lb.router;

import io.gridfleet.lb.config.AddressRange;
import io.gridfleet.lb.config.ByteSize;
import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.http.TransportChoice;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** The limits of the front door for clients, and how it closes. */
public record RouterConfig(
    @Key(
            doc = "The longest first line of a request.",
            fallback = "16KiB",
            min = "1KiB",
            max = "1MiB")
        ByteSize maxRequestLine,
    @Key(
            doc = "The most bytes of a request's headers; beyond it 431.",
            fallback = "64KiB",
            min = "1KiB",
            max = "4MiB")
        ByteSize maxHeaders,
    @Key(
            doc = "The most bytes of an aggregated body (New Session, REST); beyond it 413.",
            fallback = "16MiB",
            min = "1KiB",
            max = "1GiB")
        ByteSize maxNewSessionBody,
    @Key(
            doc =
                "The most bytes of aggregated bodies at once, including those of waiting requests;"
                    + " never more than a quarter of the heap. Beyond it 503.",
            fallback = "128MiB",
            min = "1MiB")
        ByteSize maxGatheredBytes,
    @Key(doc = "The most connections of clients at once.", fallback = "100000", min = "1")
        int maxConnections,
    @Key(doc = "The timeout of a request's headers.", fallback = "30s", min = "100ms")
        Duration headTimeout,
    @Key(
            doc = "The longest pause within a body, in either direction.",
            fallback = "1min",
            min = "100ms")
        Duration bodyPause,
    @Key(doc = "How long an idle connection of a client is kept.", fallback = "10min", min = "1s")
        Duration idleConnection,
    @Key(
            doc =
                "How long live sessions continue after SIGTERM or Ctrl-C; 10s if unset on a terminal.",
            fallback = "5min")
        Duration drain,
    @Key(
            doc = "Peers whose Forwarded and X-Forwarded headers are trusted.",
            example = "[10.0.0.0/8, \"::1\"]")
        List<AddressRange> trustedProxies,
    @Key(
            doc =
                "Names by which clients reach this server. Where there are none, a server on"
                    + " loopback without tokens answers to localhost and addresses only, any other"
                    + " to every name.",
            example = "[lab.example.com]")
        List<String> hosts,
    @Key(
            doc =
                "Origins of other servers' pages that may use this one from a browser; those of"
                    + " this server may.",
            example = "[\"https://dashboard.example.com\"]")
        List<String> allowedOrigins,
    @Key(
            doc =
                "The interface of the kernel for sockets: io_uring, epoll, nio, or the first of"
                    + " them that works on this machine (auto).",
            fallback = "auto")
        TransportChoice transport)
    implements ValidatedConfig {

  @Override
  public void check(ConstraintErrors complaints) {
    for (int i = 0; i < hosts.size(); i++) {
      if (!OriginPolicy.isName(hosts.get(i))) {
        complaints.at(
            "hosts[" + i + "]", "must be a name without scheme and port, such as lab.example.com");
      }
    }
    for (int i = 0; i < allowedOrigins.size(); i++) {
      if (!OriginPolicy.isOrigin(allowedOrigins.get(i))) {
        complaints.at(
            "allowedOrigins[" + i + "]",
            "must be scheme://host or scheme://host:port without a path, such as"
                + " https://dashboard.example.com, or *");
      }
    }
  }

  /**
   * @param open whether the server requires no tokens and is reachable from this machine only
   */
  public OriginPolicy origins(boolean open) {
    return new OriginPolicy(allowedOrigins, hosts, open);
  }

  /** Whether a peer's forwarding headers are trusted. */
  public boolean trusts(InetAddress peer) {
    return trustedProxies.stream().anyMatch(range -> range.contains(peer));
  }

  public HttpLimits limits() {
    return new HttpLimits(
        maxRequestLine.toInt(),
        maxHeaders.toInt(),
        maxNewSessionBody.toInt(),
        headTimeout,
        bodyPause,
        idleConnection);
  }
}
