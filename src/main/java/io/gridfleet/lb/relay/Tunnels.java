package io.gridfleet.lb.relay;

import io.gridfleet.lb.webdriver.SessionId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The registry of open sockets by session. Any thread.
 *
 * <p>A handshake reserves one of its session's slots before it is sent to the node. The slot is
 * released when the handshake fails or when its tunnel closes. A session's entry exists while a
 * slot of it is taken.
 */
final class Tunnels {
  private final Map<SessionId, Slots> bySession = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final RelayListener listener;
  private final int maxPerSession;

  /** The slots of one session; {@code taken} is changed within a compute of the map only. */
  private static final class Slots {
    final Set<Tunnel> tunnels = ConcurrentHashMap.newKeySet();
    int taken;
  }

  Tunnels(RelayListener listener, int maxPerSession) {
    this.maxPerSession = maxPerSession;
    this.listener = listener;
  }

  int maxPerSession() {
    return maxPerSession;
  }

  /** Reserves a slot for a handshake. Returns false if none is free. */
  boolean reserve(SessionId id) {
    boolean[] taken = new boolean[1];
    bySession.compute(
        id,
        (session, known) -> {
          Slots slots = known == null ? new Slots() : known;
          taken[0] = slots.taken < maxPerSession;
          slots.taken += taken[0] ? 1 : 0;
          return slots;
        });
    return taken[0];
  }

  /** Reserves the slot of the socket that created the session; never refused. */
  void reserveFirst(SessionId id) {
    bySession.computeIfAbsent(id, session -> new Slots()).taken++;
  }

  /** Releases the slot of a handshake that failed. */
  void release(SessionId id) {
    bySession.computeIfPresent(id, (session, slots) -> --slots.taken == 0 ? null : slots);
  }

  /** Registers the tunnel of a handshake that has succeeded; its slot was reserved before. */
  void opened(SessionId id, Tunnel tunnel) {
    bySession.computeIfPresent(
        id,
        (session, slots) -> {
          slots.tunnels.add(tunnel);
          return slots;
        });
    open.incrementAndGet();
    listener.tunnelOpened(id);
  }

  /** Removes a tunnel and releases its slot. */
  void closed(SessionId id, Tunnel tunnel) {
    bySession.computeIfPresent(
        id,
        (session, slots) -> {
          slots.tunnels.remove(tunnel);
          return --slots.taken == 0 ? null : slots;
        });
    open.decrementAndGet();
    listener.tunnelClosed(id, tunnel.bytesToNode(), tunnel.bytesToClient());
  }

  /** Closes the tunnels of a session, each on its event loop. */
  void close(SessionId id) {
    Slots slots = bySession.get(id);
    if (slots != null) {
      slots.tunnels.forEach(Tunnel::close);
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
