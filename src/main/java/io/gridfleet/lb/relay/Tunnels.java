package io.gridfleet.lb.relay;

import io.gridfleet.lb.webdriver.SessionId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The sockets that are open now, by session. Any thread.
 *
 * <p>A handshake takes one of its session's places before the node is asked; it gives the place
 * back if it fails, else its tunnel does when it closes.
 */
final class Tunnels {
  private final Map<SessionId, Places> bySession = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final RelayListener listener;
  private final int mostPerSession;

  /** The places of one session; changed within a compute of the map only. */
  private static final class Places {
    final Set<Tunnel> tunnels = ConcurrentHashMap.newKeySet();
    int taken;
  }

  Tunnels(RelayListener listener, int mostPerSession) {
    this.mostPerSession = mostPerSession;
    this.listener = listener;
  }

  int mostPerSession() {
    return mostPerSession;
  }

  /** Takes a place for a handshake. Returns whether there was one. */
  boolean take(SessionId id) {
    boolean[] taken = new boolean[1];
    bySession.compute(
        id,
        (session, known) -> {
          Places places = known == null ? new Places() : known;
          taken[0] = places.taken < mostPerSession;
          places.taken += taken[0] ? 1 : 0;
          return places;
        });
    return taken[0];
  }

  /** Takes the place of the socket with which a session has begun; there is always one. */
  void takeFirst(SessionId id) {
    bySession.computeIfAbsent(id, session -> new Places()).taken++;
  }

  /** Gives back the place of a handshake that failed. */
  void giveBack(SessionId id) {
    bySession.computeIfPresent(id, (session, places) -> --places.taken == 0 ? null : places);
  }

  /** A handshake that has a place has succeeded. */
  void opened(SessionId id, Tunnel tunnel) {
    bySession.computeIfPresent(
        id,
        (session, places) -> {
          places.tunnels.add(tunnel);
          return places;
        });
    open.incrementAndGet();
    listener.tunnelOpened(id);
  }

  void closed(SessionId id, Tunnel tunnel) {
    bySession.computeIfPresent(
        id,
        (session, places) -> {
          places.tunnels.remove(tunnel);
          return --places.taken == 0 ? null : places;
        });
    open.decrementAndGet();
    listener.tunnelClosed(id, tunnel.bytesToNode(), tunnel.bytesToClient());
  }

  void close(SessionId id) {
    Places places = bySession.get(id);
    if (places != null) {
      places.tunnels.forEach(Tunnel::close);
    }
  }

  Set<SessionId> sessions() {
    return Set.copyOf(bySession.keySet());
  }

  int open() {
    return open.get();
  }

  RelayListener listener() {
    return listener;
  }
}
