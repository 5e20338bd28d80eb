package io.gridfleet.lb.node;

import io.gridfleet.lb.config.Key;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** A node and the devices that it owns, as an operator writes them. */
public record NodeConfig(
    @Key(
            doc = "What logs, metrics and selectors call the node; host:port of the url if absent.",
            example = "mac-mini-1")
        Optional<String> id,
    @Key(doc = "Where commands go, base path included.", example = "http://10.0.0.7:4723/wd/hub")
        URI url,
    @Key(
            doc = "What directConnect tells clients; a node without it gives no directConnect.",
            example = "https://mini1.lab:4723")
        Optional<URI> publicUrl,
    @Key(doc = "Whether clients may be told to talk to the node directly.", fallback = "true")
        boolean directConnect,
    @Key(
            doc = "Capabilities of ours that the node gets nevertheless.",
            example = "[\"gridfleet:testName\"]")
        List<String> forwardCapabilities,
    @Key(
            doc =
                "Hosts beside its own that the node's WebSocket addresses (BiDi, CDP, VNC) may lead to.",
            example = "[10.0.0.8]")
        List<String> socketHosts,
    @Key(doc = "The devices that the node owns.") List<DeviceConfig> devices) {

  /** The id, or host and port of the url. */
  public String name() {
    return id.orElseGet(() -> address().authority());
  }

  public NodeAddress address() {
    return NodeAddress.of(url);
  }

  /** The same node with these devices. */
  public NodeConfig with(List<DeviceConfig> others) {
    return new NodeConfig(
        id, url, publicUrl, directConnect, forwardCapabilities, socketHosts, others);
  }
}
