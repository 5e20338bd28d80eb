package io.gridfleet.lb.app.wiring;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.NodeDirectory;
import io.gridfleet.lb.relay.SessionRoute;
import io.gridfleet.lb.router.SessionLookup;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.webdriver.DirectConnectKeys;
import io.gridfleet.lb.webdriver.SessionId;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the routes of live sessions: the store is queried once for each, never for a command.
 *
 * <p>States of a session here: not cached; cached, by its publication on this replica or by the
 * first command that another replica's session receives here. Its end on this replica, the signal
 * of another one, or eviction removes it. Only routes are cached: for an id without a live session
 * each command queries the store, so that a session can be used everywhere as soon as it is
 * published.
 *
 * <p>Threads: event loops read for each command and never wait; the store's threads add what they
 * have read; ends arrive on any thread. The cache is concurrent, and no lock spans a query and its
 * result. Two look-ups of one session may run at once and add equal routes.
 *
 * <p>An entry may therefore outlive its session: where the end comes between a query and its
 * result, or between a publication and its notification here, the route is added after it was
 * removed; and a signal may be lost. The node decides whether it has a session, and answers a
 * command of one that has ended with {@code invalid session id}, as this server would. Nodes assign
 * random ids; the store also accepts one again that a session had which has ended. Then the replica
 * that publishes the new one replaces the entry, and another may keep the former route. The
 * opposite, a live session without an entry, costs one query.
 *
 * <p>A route has the address that its node had when it was cached. A node that is configured with
 * another URL keeps its cached sessions at the former one, where they were created. A node that
 * this process has never loaded has no route, so its sessions are unknown here.
 *
 * <p>If the store fails, cached sessions go on, and a look-up fails instead of reporting that the
 * session is unknown.
 */
final class SessionRouteCache implements SessionLookup, SessionListener {
  /**
   * The bound, also of entries that have outlived their sessions. A live lab has tens of thousands;
   * an evicted one costs one look-up.
   */
  private static final int MAX = 100_000;

  /** Clients that delete a session twice do so while they clean up. */
  private static final Duration ENDED = Duration.ofMinutes(10);

  private final Cache<SessionId, SessionRoute> routes =
      Caffeine.newBuilder().maximumSize(MAX).build();
  private final SessionMap sessions;
  private final NodeDirectory nodes;
  private final InstantSource clock;

  /**
   * @param clock the store's
   */
  SessionRouteCache(SessionMap sessions, NodeDirectory nodes, InstantSource clock) {
    this.sessions = sessions;
    this.nodes = nodes;
    this.clock = clock;
  }

  @Override
  public @Nullable SessionRoute cached(SessionId id) {
    return routes.getIfPresent(id);
  }

  @Override
  public CompletionStage<Optional<SessionRoute>> find(SessionId id) {
    return sessions
        .find(id)
        .thenApply(
            found -> {
              Optional<SessionRoute> route = found.flatMap(this::route);
              route.ifPresent(known -> routes.put(id, known));
              return route;
            });
  }

  /** The ended records of the store are the source: they are the same for each replica. */
  @Override
  public CompletionStage<Optional<SessionRoute>> ended(SessionId id) {
    return sessions
        .record(id)
        .thenApply(
            found -> found.filter(this::endedLately).flatMap(record -> route(record.session())));
  }

  private boolean endedLately(SessionRecord record) {
    return record.end().filter(end -> end.at().plus(ENDED).isAfter(clock.instant())).isPresent();
  }

  @Override
  public void published(Session session) {
    route(session).ifPresent(route -> routes.put(session.id(), route));
  }

  @Override
  public void ended(Session session, EndCause cause, Duration lived) {
    routes.invalidate(session.id());
  }

  void forget(SessionId id) {
    routes.invalidate(id);
  }

  private Optional<SessionRoute> route(Session session) {
    return nodes.find(session.node()).map(node -> route(session, node));
  }

  private static SessionRoute route(Session session, Node node) {
    Map<String, URI> sockets = new HashMap<>();
    session
        .tunnels()
        .forEach(
            (path, leads) -> {
              URI target = URI.create(leads);
              if (node.mayLeadTo(target)) {
                sockets.put("/session/" + session.id() + path, target);
              }
            });
    Map<String, Object> addresses = new HashMap<>();
    session
        .capabilities()
        .asMap()
        .forEach(
            (name, value) -> {
              boolean socket =
                  value instanceof String && SessionRoute.ADDRESS_CAPABILITIES.contains(name);
              if (socket || DirectConnectKeys.isKey(name)) {
                addresses.put(name, value);
              }
            });
    return new SessionRoute(
        session.id(),
        NodeAddress.of(node.url()),
        node.id().value(),
        session.terms().tenant(),
        session.terms().commandTimeout(),
        sockets,
        addresses);
  }
}
