package io.gridfleet.lb.node;

import io.gridfleet.lb.config.Key;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** The configuration of a node and its devices. */
public record NodeConfig(
    @Key(
            doc = "The node's name in logs, metrics and selectors; host:port of the url if absent.",
            example = "mac-mini-1")
        Optional<String> id,
    @Key(
            doc = "The address of commands, base path included.",
            example = "http://10.0.0.7:4723/wd/hub")
        URI url,
    @Key(
            doc = "The address in directConnect; a node without it offers no directConnect.",
            example = "https://mini1.lab:4723")
        Optional<URI> publicUrl,
    @Key(doc = "Whether clients may be offered direct connections to the node.", fallback = "true")
        boolean directConnect,
    @Key(
            doc = "Names of gridfleet: capabilities that are forwarded to the node nevertheless.",
            example = "[\"gridfleet:testName\"]")
        List<String> forwardCapabilities,
    @Key(
            doc =
                "Hosts beside its own that the node's WebSocket addresses (BiDi, CDP, VNC) may use.",
            example = "[10.0.0.8]")
        List<String> socketHosts,
    @Key(doc = "The devices of the node.") List<DeviceConfig> devices) {

  /** Returns the id, or host and port of the url. */
  public String name() {
    return id.orElseGet(() -> address().authority());
  }

  public NodeAddress address() {
    return NodeAddress.of(url);
  }

  /** Returns the same node with these devices. */
  public NodeConfig with(List<DeviceConfig> others) {
    return new NodeConfig(
        id, url, publicUrl, directConnect, forwardCapabilities, socketHosts, others);
  }
}
