package io.gridfleet.lb.node;

import java.net.URI;
import java.util.Locale;

/**
 * The address of a node, and the prefix of the paths of its WebDriver commands.
 *
 * @param secure whether TLS is used
 * @param host a name or an address; IPv6 without brackets
 * @param port 1 to 65535
 * @param basePath empty, or starts with a slash and ends without one
 * @param authority the value of the {@code Host} header
 */
public record NodeAddress(
    boolean secure, String host, int port, String basePath, String authority) {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  public NodeAddress(boolean secure, String host, int port, String basePath) {
    this(secure, host, port, basePath, authority(secure, host, port));
  }

  /**
   * Returns the address of a url; query and fragment are dropped.
   *
   * @throws IllegalArgumentException with a message that says what is wrong with the url
   */
  public static NodeAddress of(URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    boolean secure = scheme.equals("https") || scheme.equals("wss");
    if (!secure && !scheme.equals("http") && !scheme.equals("ws")) {
      throw new IllegalArgumentException("a node's url starts with http:// or https://");
    }
    String host = url.getHost();
    if (host == null || host.isEmpty()) {
      throw new IllegalArgumentException("a node's url names a host");
    }
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = url.getPort() >= 0 ? url.getPort() : secure ? HTTPS : HTTP;
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("a port is between 1 and 65535");
    }
    return new NodeAddress(secure, host, port, withoutEndingSlashes(url.getRawPath()));
  }

  /** Returns the node's url, base path included. */
  public String url() {
    return (secure ? "https://" : "http://") + authority + basePath;
  }

  private static String withoutEndingSlashes(String path) {
    if (path == null) {
      return "";
    }
    int end = path.length();
    while (end > 0 && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(0, end);
  }

  private static String authority(boolean secure, String host, int port) {
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == (secure ? HTTPS : HTTP) ? shown : shown + ":" + port;
  }
}
