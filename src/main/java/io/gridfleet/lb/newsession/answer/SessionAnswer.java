package io.gridfleet.lb.newsession.answer;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.AttemptOutcome.Created;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.DirectConnectKeys;
import io.gridfleet.lb.webdriver.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The client's answer for a node's session (capabilities.md#what-the-client-receives).
 *
 * @param body the bytes of the answer
 * @param capabilities those in the body
 * @param tunnels the targets of WebSockets, by the suffix after the session id in the path
 * @param direct whether the client was directed to the node
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
record SessionAnswer(
    byte[] body, Capabilities capabilities, Map<String, String> tunnels, boolean direct) {

  /**
   * The format of one client's answer.
   *
   * @param legacy whether request and answer have the legacy format
   * @param base this server's address as the client sees it
   * @param userAgent the client's {@code User-Agent}
   * @param selector its unchanged {@code gridfleet:selector}
   * @param direct whether directConnect is allowed
   * @param prefixed whether directConnect includes vendors' prefixes
   */
  record Reader(
      boolean legacy,
      PublicUrls.Base base,
      String userAgent,
      @Nullable Object selector,
      boolean direct,
      boolean prefixed) {}

  static SessionAnswer of(Reader reader, Device device, Created created) {
    Capabilities plain = created.answered().without(DirectConnectKeys::isKey);
    PublicUrls urls = PublicUrls.of(plain, created.id(), reader.base(), device.node());
    Map<String, Object> members = new LinkedHashMap<>(urls.rewritten().asMap());
    device.udid().ifPresent(udid -> members.putIfAbsent("appium:udid", udid));
    members.putIfAbsent("gridfleet:deviceId", device.id().value());
    members.putIfAbsent("appium:gridfleet:deviceId", device.id().value());
    if (reader.selector() != null) {
      members.putIfAbsent("gridfleet:selector", reader.selector());
    }
    Map<String, Object> direct =
        reader.direct()
            ? DirectConnect.keys(device, reader.userAgent(), reader.prefixed())
            : Map.of();
    members.putAll(direct);
    Capabilities capabilities = Capabilities.of(members);
    byte[] body = reader.legacy() ? legacy(created, capabilities) : w3c(created, capabilities);
    return new SessionAnswer(body, capabilities, urls.tunnels(), !direct.isEmpty());
  }

  /** Contains no top-level {@code status} or id, on which Selenium for JavaScript fails. */
  private static byte[] w3c(Created created, Capabilities capabilities) {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("sessionId", created.id().value());
    value.put("capabilities", capabilities.asMap());
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("value", value);
    created.otherMembers().forEach(body::putIfAbsent);
    return Json.bytes(body);
  }

  private static byte[] legacy(Created created, Capabilities capabilities) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", 0);
    body.put("sessionId", created.id().value());
    body.put("value", capabilities.asMap());
    created.otherMembers().forEach(body::putIfAbsent);
    return Json.bytes(body);
  }
}
