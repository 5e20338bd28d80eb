package io.gridfleet.lb.api.http;

import io.gridfleet.lb.node.Node;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** What the GridFleet API calls hosts are our nodes; their ids must be UUIDs. */
public final class HostIds {
  private HostIds() {}

  public static String id(Node node) {
    byte[] key = ("gridfleet-node:" + node.id().value()).getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(key).toString();
  }
}
