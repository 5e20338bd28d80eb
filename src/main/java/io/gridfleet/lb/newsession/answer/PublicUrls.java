package io.gridfleet.lb.newsession.answer;

import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.relay.SessionRoute;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the WebSocket addresses in a node's answer by addresses of this server: clients may not
 * reach the node, and this server must see the traffic.
 *
 * @param rewritten the capabilities with this server's addresses
 * @param tunnels the node's address by the suffix after the session id in this server's address
 */
record PublicUrls(Capabilities rewritten, Map<String, String> tunnels) {
  /** The suffix after the session id, by capability that contains an address. */
  private static final Map<String, String> PATHS = new LinkedHashMap<>();

  static {
    PATHS.put("webSocketUrl", "/se/bidi");
    PATHS.put("se:cdp", "/se/cdp");
    PATHS.put("se:vnc", "/se/vnc");
    // The driver's own address in a Selenium Grid; also BiDi.
    PATHS.put("se:gridWebSocketUrl", "/se/bidi");
  }

  private static final List<String> SCHEMES = List.of("ws", "wss", "http", "https");

  /** Host and port of a URL; other values of a header are ignored. */
  private static final Pattern AUTHORITY =
      Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");

  /** The part of a path that contains a token. */
  private static final Pattern TOKEN = Pattern.compile("^/v0/[^/]+");

  /**
   * This server's address, as the client sees it.
   *
   * @param secure whether the client uses TLS
   * @param authority host and port, as in a URL
   * @param path the base path, without a slash at the end
   * @param key the end of a socket's path in a lab with tokens: few clients send a token with the
   *     handshake, so the address itself is the secret
   */
  record Base(boolean secure, String authority, String path, Optional<String> key) {
    Base(boolean secure, String authority, String path) {
      this(secure, authority, path, Optional.empty());
    }

    Base {
      // Capabilities are stored and displayed, so they must not contain a token.
      path = TOKEN.matcher(path).replaceFirst("");
    }

    /** Returns the address by a request and by what its capabilities say. */
    static Base of(NewSessionRequest request) {
      NewSessionRequest.Address address = request.origin().address();
      return of(address.headers(), address.trusted(), false, address.local(), address.path())
          .orWhatTheClientSays(request.payload().candidates());
    }

    /** Returns the same with a random key. */
    Base withKey() {
      String random = UUID.randomUUID().toString().replace("-", "");
      return new Base(secure, authority, path, Optional.of("/" + SessionRoute.KEY + random));
    }

    /** Returns the address in the client's {@code se:remoteUrl}, or else this one. */
    Base orWhatTheClientSays(List<Capabilities> candidates) {
      return candidates.stream()
          .map(candidate -> candidate.getIgnoringCase("se:remoteUrl"))
          .filter(String.class::isInstance)
          .map(text -> parsed((String) text))
          .flatMap(Optional::stream)
          .filter(url -> url.getScheme().toLowerCase(Locale.ROOT).startsWith("http"))
          .findFirst()
          .map(url -> new Base(isSecure(url), hostAndPort(url, url.getHost()), path))
          .orElse(this);
    }

    /**
     * Returns the address by the headers of a request.
     *
     * @param headers by lower-case name
     * @param trusted whether the peer is a trusted proxy
     * @param secure whether the peer uses TLS
     * @param local this server's host and port, for a request without one
     */
    static Base of(
        Map<String, String> headers, boolean trusted, boolean secure, String local, String path) {
      Map<String, String> forwarded = trusted ? forwarded(headers) : Map.of();
      String host = forwarded.getOrDefault("host", headers.getOrDefault("host", ""));
      String valid = AUTHORITY.matcher(host).matches() ? host : local;
      String proto = forwarded.get("proto");
      boolean tls = proto == null ? secure : proto.equalsIgnoreCase("https");
      return new Base(tls, valid, path);
    }

    /** Returns the values of the first proxy: by RFC 7239, else by its predecessors. */
    private static Map<String, String> forwarded(Map<String, String> headers) {
      Map<String, String> forwarded = new LinkedHashMap<>();
      first(headers.get("x-forwarded-host")).ifPresent(host -> forwarded.put("host", host));
      first(headers.get("x-forwarded-proto")).ifPresent(proto -> forwarded.put("proto", proto));
      for (String pair : first(headers.get("forwarded")).orElse("").split(";", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          String value = pair.substring(equals + 1).strip().replace("\"", "");
          forwarded.put(pair.substring(0, equals).strip().toLowerCase(Locale.ROOT), value);
        }
      }
      return forwarded;
    }

    private static Optional<String> first(@Nullable String list) {
      return Optional.ofNullable(list)
          .map(text -> text.split(",", -1)[0].strip())
          .filter(text -> !text.isEmpty());
    }
  }

  /**
   * Rewrites the addresses of a node's answer. An address on a host that isn't allowed for the node
   * is replaced by the node's own address with this server's path, as in a Selenium Grid.
   */
  static PublicUrls of(Capabilities answered, SessionId id, Base base, Node node) {
    Capabilities rewritten = answered;
    Map<String, String> tunnels = new LinkedHashMap<>();
    for (Map.Entry<String, String> known : PATHS.entrySet()) {
      Object value = answered.get(known.getKey());
      Optional<URI> target = value instanceof String text ? parsed(text) : Optional.empty();
      if (target.isPresent()) {
        String path = "/session/" + id + known.getValue();
        URI leads = onNode(target.get(), node.url());
        String follows = (node.mayLeadTo(leads) ? leads : atNode(node.url(), path)).toString();
        tunnels.putIfAbsent(known.getValue(), follows);
        base.key().ifPresent(key -> tunnels.putIfAbsent(known.getValue() + key, follows));
        String ours =
            (base.secure() ? "wss://" : "ws://")
                + base.authority()
                + base.path()
                + path
                + base.key().orElse("");
        rewritten = rewritten.with(known.getKey(), ours);
      }
    }
    return new PublicUrls(rewritten, tunnels);
  }

  private static Optional<URI> parsed(String text) {
    try {
      URI url = new URI(text);
      boolean known =
          url.getHost() != null
              && url.getScheme() != null
              && SCHEMES.contains(url.getScheme().toLowerCase(Locale.ROOT));
      return known ? Optional.of(url) : Optional.empty();
    } catch (URISyntaxException notAnAddress) {
      return Optional.empty();
    }
  }

  /** Replaces localhost by the node's host. */
  private static URI onNode(URI target, URI node) {
    String nodeHost = node.getHost();
    boolean elsewhere = nodeHost != null && isLocal(target.getHost()) && !isLocal(nodeHost);
    String host = elsewhere ? nodeHost : target.getHost();
    String path = target.getRawPath() == null ? "" : target.getRawPath();
    String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
    return URI.create(
        (isSecure(target) ? "wss://" : "ws://") + hostAndPort(target, host) + path + query);
  }

  private static URI atNode(URI node, String path) {
    NodeAddress address = NodeAddress.of(node);
    String scheme = address.secure() ? "wss://" : "ws://";
    return URI.create(scheme + address.authority() + address.basePath() + path);
  }

  private static boolean isSecure(URI url) {
    String scheme = url.getScheme().toLowerCase(Locale.ROOT);
    return scheme.equals("wss") || scheme.equals("https");
  }

  private static String hostAndPort(URI url, String host) {
    return url.getPort() < 0 ? host : host + ":" + url.getPort();
  }

  private static boolean isLocal(String host) {
    InetAddress address = DirectConnect.literal(host);
    return address == null
        ? host.equalsIgnoreCase("localhost")
        : address.isLoopbackAddress() || address.isAnyLocalAddress();
  }
}
