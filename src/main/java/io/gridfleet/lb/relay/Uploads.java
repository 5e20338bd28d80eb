package io.gridfleet.lb.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.NodeAnswer;
import io.gridfleet.lb.node.NodeClient;
import io.gridfleet.lb.node.NodeRequest;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The paths at which nodes accept files that are uploaded from the client's machine. Selenium's
 * clients send them to {@code /session/{id}/se/file}, which a Selenium Grid supports; chromedriver
 * has {@code /session/{id}/file} for the same body. A node is probed with an empty upload before
 * the first real one, so that no body has to be buffered to be sent twice; the result is cached.
 * Any thread.
 */
final class Uploads {
  private static final String SELENIUM = "/se/file";
  private static final String CHROMEDRIVER = "/file";
  private static final Duration MAX_PROBE = Duration.ofSeconds(10);

  /** Another kind of node may be started at an address. */
  private static final Duration CACHED_FOR = Duration.ofMinutes(10);

  private static final int MAX_NODES = 10_000;

  private final NodeClient client;
  private final Cache<NodeAddress, String> known =
      Caffeine.newBuilder().maximumSize(MAX_NODES).expireAfterWrite(CACHED_FOR).build();

  Uploads(NodeClient client) {
    this.client = client;
  }

  private static boolean isUpload(HttpRequest head, String path, SessionRoute route) {
    return path.endsWith(SELENIUM)
        && head.method().equals(HttpMethod.POST)
        && path.equals(path(route, SELENIUM));
  }

  private static String path(SessionRoute route, String end) {
    return "/session/" + route.id().value() + end;
  }

  boolean isUnknown(HttpRequest head, String path, SessionRoute route) {
    return isUpload(head, path, route) && known.getIfPresent(route.node()) == null;
  }

  /**
   * Returns the path to request from the node: the client's, unless the node has its own for
   * uploads.
   */
  String path(HttpRequest head, String path, SessionRoute route) {
    if (!isUpload(head, path, route)) {
      return path;
    }
    String end = known.getIfPresent(route.node());
    return end == null ? path : path(route, end);
  }

  CompletionStage<SessionRoute> learn(EventLoop loop, SessionRoute route, Duration pause) {
    Duration half = pause.dividedBy(2);
    NodeRequest probe =
        new NodeRequest(
            "POST",
            path(route, SELENIUM),
            Map.of(),
            "{}".getBytes(StandardCharsets.UTF_8),
            half.compareTo(MAX_PROBE) < 0 ? half : MAX_PROBE);
    return client
        .send(route.node(), probe, loop)
        .handle(
            (answer, failure) -> {
              String end = answer == null ? null : uploadPath(answer);
              if (end != null) {
                known.put(route.node(), end);
              }
              return route;
            });
  }

  /**
   * Returns the node's upload path according to its answer; null where the answer is about the
   * session only.
   */
  private static @Nullable String uploadPath(NodeAnswer answer) {
    String body = new String(answer.body(), StandardCharsets.UTF_8);
    if (body.contains("\"invalid session id\"")) {
      return null;
    }
    boolean unknown =
        body.contains("\"unknown command\"")
            || body.contains("\"unknown method\"")
            || answer.status() == 405
            || answer.status() == 501;
    return unknown ? CHROMEDRIVER : SELENIUM;
  }
}
