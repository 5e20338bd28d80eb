package io.gridfleet.lb.relay;

import io.gridfleet.lb.webdriver.DirectConnectKeys;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The WebSocket addresses and directConnect keys in an answer that holds capabilities. */
final class SocketAddresses {
  private SocketAddresses() {}

  /**
   * The same JSON with our addresses in place of the node's; a node's address that we have none for
   * is left out. What holds no address, and what is no JSON object, stays as it came.
   */
  static byte[] ours(byte[] body, Map<String, Object> ours) {
    try {
      Map<String, Object> told = Json.objectFromNode(body);
      Object rewritten = rewritten(told, ours);
      return told.equals(rewritten) ? body : Json.bytes(rewritten);
    } catch (ProtocolException notJson) {
      return body;
    }
  }

  private static @Nullable Object rewritten(@Nullable Object value, Map<String, Object> ours) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((name, member) -> put(copy, String.valueOf(name), member, ours));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>(list.size());
      list.forEach(member -> copy.add(rewritten(member, ours)));
      return copy;
    }
    return value;
  }

  private static void put(
      Map<String, @Nullable Object> to,
      String name,
      @Nullable Object value,
      Map<String, Object> ours) {
    if (DirectConnectKeys.isKey(name)
        || (value instanceof String && SessionRoute.ADDRESS_CAPABILITIES.contains(name))) {
      Object address = ours.get(name);
      if (address != null) {
        to.put(name, address);
      }
    } else {
      to.put(name, rewritten(value, ours));
    }
  }
}
