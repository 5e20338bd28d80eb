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
import java.util.concurrent.atomic.AtomicLong;
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
 * <p>The end may come between a query and its result, or between a publication and its notification
 * here, so that the route would be added after it was removed. Therefore ends are numbered and kept
 * for a while in {@link #ends}: an addition looks there afterwards, and removes its route if the
 * session has ended since the query began, or lately where it was published. An end is entered
 * there before it removes the route, so one of the two removes it. A live session whose id was used
 * before may lose its entry by that, which costs one query.
 *
 * <p>An entry may still outlive its session if a signal is lost. The node decides whether it has a
 * session, and answers a command of one that has ended with {@code invalid session id}, as this
 * server would. Nodes assign random ids; the store also accepts one again that a session had which
 * has ended. Then the replica that publishes the new one replaces the entry.
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

  /** Longer than a query lasts, or the notification of a publication. */
  private static final Duration KEEP_ENDS = Duration.ofMinutes(1);

  /** An end that is evicted early is missed by a query that it overtook. */
  private static final int MAX_ENDS = 100_000;

  private final Cache<SessionId, SessionRoute> routes =
      Caffeine.newBuilder().maximumSize(MAX).build();

  /** The numbers of recent ends. */
  private final Cache<SessionId, Long> ends =
      Caffeine.newBuilder().maximumSize(MAX_ENDS).expireAfterWrite(KEEP_ENDS).build();

  /** The number of the newest end, from 1. */
  private final AtomicLong endNumber = new AtomicLong();

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
    long before = endNumber.get();
    return sessions
        .find(id)
        .thenApply(
            found -> {
              Optional<SessionRoute> route = found.flatMap(this::route);
              route.ifPresent(known -> add(known, before));
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
    route(session).ifPresent(route -> add(route, 0));
  }

  /** Adds a route, unless its session has had an end with a higher number. */
  private void add(SessionRoute route, long before) {
    routes.put(route.id(), route);
    Long end = ends.getIfPresent(route.id());
    if (end != null && end > before) {
      routes.asMap().remove(route.id(), route);
    }
  }

  @Override
  public void ended(Session session, EndCause cause, Duration lived) {
    forget(session.id());
  }

  /** Removes the route of a session that ended here or on another replica. */
  void forget(SessionId id) {
    ends.put(id, endNumber.incrementAndGet());
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
