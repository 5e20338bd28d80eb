package io.gridfleet.lb.newsession.answer;

import io.gridfleet.lb.device.Device;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The capabilities that direct a client to the node (for clients' behaviour see
 * clients.md#directconnect). All of them or none.
 */
final class DirectConnect {
  private static final List<String> KEYS = List.of("Protocol", "Host", "Port", "Path");
  private static final String BARE = "directConnect";
  private static final String PREFIXED = "appium:directConnect";
  private static final String ADDRESS = "DeviceAddress";

  /** {@code appium/10.1.1 (selenium/4.52.0 (java linux))}. */
  private static final Pattern JAVA_CLIENT = Pattern.compile("appium/.*\\(java\\b.*");

  /** {@code appium/4.5.1 (selenium/4.51.0 (python linux))}. */
  private static final Pattern PYTHON_CLIENT = Pattern.compile("appium/.*\\(python\\b.*");

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  private DirectConnect() {}

  /**
   * Returns the keys for one answer, or none.
   *
   * @param userAgent the client's {@code User-Agent}
   * @param prefixed whether keys with a vendor's prefix are included
   */
  static Map<String, Object> keys(Device device, String userAgent, boolean prefixed) {
    URI url = device.node().publicUrl().orElse(null);
    if (url == null || !isComplete(url) || throwsOn(url, userAgent)) {
      return Map.of();
    }
    String protocol = url.getScheme().toLowerCase(Locale.ROOT);
    int port = url.getPort() > 0 ? url.getPort() : protocol.equals("https") ? 443 : 80;
    List<Object> values = List.of(protocol, url.getHost(), port, path(url, userAgent));
    Map<String, Object> keys = new LinkedHashMap<>();
    if (prefixed) {
      put(keys, PREFIXED, values);
      keys.put("gridfleet:" + BARE + ADDRESS, device.address());
    }
    put(keys, BARE, values);
    keys.put(BARE + ADDRESS, device.address());
    return keys;
  }

  private static void put(Map<String, Object> keys, String prefix, List<Object> values) {
    for (int i = 0; i < KEYS.size(); i++) {
      keys.put(prefix + KEYS.get(i), values.get(i));
    }
  }

  private static boolean isComplete(URI url) {
    return url.getHost() != null
        && ("http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme()));
  }

  /**
   * Returns a path that starts with a slash and doesn't end with one. The root is {@code /}, but
   * empty for Python's client, which concatenates (4.5.1 and 6.0.9, measured): Appium answers 404
   * to {@code //session}.
   */
  private static String path(URI url, String userAgent) {
    String path = url.getRawPath() == null ? "" : url.getRawPath().replaceAll("/+$", "");
    if (!path.isEmpty()) {
      return path;
    }
    return PYTHON_CLIENT.matcher(userAgent.toLowerCase(Locale.ROOT)).matches() ? "" : "/";
  }

  /**
   * Returns whether java-client would throw after the session was created, which orphans it: unless
   * the protocol is https and no address of the host is loopback, link-local, unspecified or
   * multicast. Names aren't resolved, because this runs on an event loop.
   */
  private static boolean throwsOn(URI url, String userAgent) {
    return JAVA_CLIENT.matcher(userAgent.toLowerCase(Locale.ROOT)).matches()
        && !(url.getScheme().equals("https") && isReachable(url.getHost()));
  }

  private static boolean isReachable(String host) {
    String name = host.toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
    if (name.equals("localhost") || name.endsWith(".localhost")) {
      return false;
    }
    InetAddress address = literal(name);
    return address == null
        || !(address.isLoopbackAddress()
            || address.isLinkLocalAddress()
            || address.isAnyLocalAddress()
            || address.isMulticastAddress());
  }

  /** Returns the address of a literal; null for a name. Never queries DNS. */
  static @Nullable InetAddress literal(String host) {
    boolean v6 = host.startsWith("[") && host.endsWith("]");
    if (!v6 && !isV4(host)) {
      return null;
    }
    String text = v6 ? host.substring(1, host.length() - 1).replaceAll("%.*$", "") : host;
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException notAnAddress) {
      return null;
    }
  }

  private static boolean isV4(String host) {
    if (!IPV4.matcher(host).matches()) {
      return false;
    }
    for (String part : host.split("\\.", -1)) {
      if (Integer.parseInt(part) > 255) {
        return false;
      }
    }
    return true;
  }
}
