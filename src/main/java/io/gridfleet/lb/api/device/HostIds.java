package io.gridfleet.lb.api.device;

import io.gridfleet.lb.node.Node;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Derives the host ids of the GridFleet API, which are UUIDs, from node ids. */
final class HostIds {
  private HostIds() {}

  static String id(Node node) {
    byte[] key = ("gridfleet-node:" + node.id().value()).getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(key).toString();
  }
}
