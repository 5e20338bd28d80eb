package io.gridfleet.lb.router;

import io.gridfleet.lb.config.AddressRange;
import io.gridfleet.lb.config.ByteSize;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.http.HttpLimits;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** What clients may ask of the front door, and how it closes. */
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
            doc = "The most bytes of a gathered body (New Session, REST); beyond it 413.",
            fallback = "16MiB",
            min = "1KiB",
            max = "1GiB")
        ByteSize maxNewSessionBody,
    @Key(doc = "The most connections of clients at once.", fallback = "100000", min = "1")
        int maxConnections,
    @Key(doc = "How long a request's headers may take to arrive.", fallback = "30s", min = "100ms")
        Duration headTimeout,
    @Key(
            doc = "The longest pause within a body, in either direction.",
            fallback = "1min",
            min = "100ms")
        Duration bodyPause,
    @Key(doc = "How long a client's connection may be unused.", fallback = "10min", min = "1s")
        Duration idleConnection,
    @Key(
            doc =
                "How long live sessions go on after SIGTERM or Ctrl-C; 10s if unset on a terminal.",
            fallback = "5min")
        Duration drain,
    @Key(
            doc = "Peers whose Forwarded and X-Forwarded headers are believed.",
            example = "[10.0.0.0/8, \"::1\"]")
        List<AddressRange> trustedProxies) {

  /** Whether what a peer says about its client is believed. */
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
