package io.gridfleet.lb.api;

import io.gridfleet.lb.node.Node;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** What the GridFleet API calls hosts are our nodes; their ids must be UUIDs. */
final class Hosts {
  private Hosts() {}

  static String id(Node node) {
    byte[] key = ("gridfleet-node:" + node.id().value()).getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(key).toString();
  }
}
