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
   * Returns the JSON with this server's addresses in place of the node's; a node's address without
   * a counterpart is removed. A body without addresses, or that is no JSON object, is returned
   * unchanged.
   */
  static byte[] replace(byte[] body, Map<String, Object> own) {
    try {
      Map<String, Object> original = Json.objectFromNode(body);
      Object rewritten = rewritten(original, own);
      return original.equals(rewritten) ? body : Json.bytes(rewritten);
    } catch (ProtocolException notJson) {
      return body;
    }
  }

  private static @Nullable Object rewritten(@Nullable Object value, Map<String, Object> own) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((name, member) -> put(copy, String.valueOf(name), member, own));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>(list.size());
      list.forEach(member -> copy.add(rewritten(member, own)));
      return copy;
    }
    return value;
  }

  private static void put(
      Map<String, @Nullable Object> to,
      String name,
      @Nullable Object value,
      Map<String, Object> own) {
    if (DirectConnectKeys.isKey(name)
        || (value instanceof String && SessionRoute.ADDRESS_CAPABILITIES.contains(name))) {
      Object address = own.get(name);
      if (address != null) {
        to.put(name, address);
      }
    } else {
      to.put(name, rewritten(value, own));
    }
  }
}
