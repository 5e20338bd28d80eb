package io.gridfleet.lb.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeDirectory;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.relay.SessionRoute;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Ends that overtake a query or a publication's notification, with a store that answers later. */
final class SessionRouteCacheTest {
  private static final SessionId ID = new SessionId("s-1");
  private static final NodeId NODE = new NodeId("node");
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final VirtualTime time = new VirtualTime();
  private final Deque<CompletableFuture<Optional<Session>>> queries = new ArrayDeque<>();
  private final SessionRouteCache routes =
      new SessionRouteCache(answeredByTest(), directory(), time);

  private SessionMap answeredByTest() {
    return (SessionMap)
        Proxy.newProxyInstance(
            SessionMap.class.getClassLoader(),
            new Class<?>[] {SessionMap.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("find");
              queries.add(new CompletableFuture<>());
              return queries.getLast();
            });
  }

  private static NodeDirectory directory() {
    NodeDirectory nodes = new NodeDirectory();
    nodes.register(
        List.of(new Node(NODE, URI.create("http://127.0.0.1:4723"), Optional.empty(), Set.of())));
    return nodes;
  }

  private Session session(String tenant) {
    return new Session(
        ID,
        new DeviceLock(DeviceId.of("phone"), 0, "attempt", 1),
        NODE,
        new Session.Terms(tenant, Optional.empty(), Optional.empty(), LIMIT, LIMIT, false),
        Capabilities.empty(),
        Map.of(),
        time.instant());
  }

  private void ends(String tenant) {
    routes.ended(session(tenant), EndCause.of(EndReason.CLIENT_DELETED), LIMIT);
  }

  private void answer(String tenant) {
    queries.remove().complete(Optional.of(session(tenant)));
  }

  private Optional<String> cachedTenant() {
    return Optional.ofNullable(routes.cached(ID)).map(SessionRoute::tenant);
  }

  @Test
  void aLiveSessionIsCachedByItsPublicationOrItsFirstQueryUntilItsEnd() {
    routes.published(session("ci"));
    assertThat(cachedTenant()).contains("ci");
    ends("ci");
    assertThat(cachedTenant()).isEmpty();

    routes.find(ID);
    answer("other");
    assertThat(cachedTenant()).as("the id was used before").contains("other");
    routes.forget(ID);
    assertThat(cachedTenant()).isEmpty();
  }

  @Test
  void aRouteIsNotCachedIfItsSessionEndsDuringTheQuery() {
    routes.find(ID);
    ends("ci");
    answer("ci");
    assertThat(cachedTenant()).as("ended here").isEmpty();

    routes.find(ID);
    routes.forget(ID);
    answer("ci");
    assertThat(cachedTenant()).as("ended on another replica").isEmpty();
  }

  @Test
  void aRouteIsNotCachedIfItsSessionEndsBeforeTheNotificationOfItsPublication() {
    routes.forget(ID);
    routes.published(session("ci"));

    assertThat(cachedTenant()).isEmpty();
  }

  @Test
  void aLateAnswerDoesNotLeaveTheRouteOfTheEndedSessionWithTheSameId() {
    routes.find(ID);
    ends("ci");
    routes.published(session("other"));
    answer("ci");
    assertThat(cachedTenant()).isNotEqualTo(Optional.of("ci"));

    routes.find(ID);
    answer("other");
    assertThat(cachedTenant()).contains("other");
  }
}
