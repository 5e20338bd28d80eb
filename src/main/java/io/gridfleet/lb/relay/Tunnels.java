package io.gridfleet.lb.relay;

import io.gridfleet.lb.webdriver.SessionId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The sockets that are open now, by session. Any thread. */
final class Tunnels {
  private final Map<SessionId, Set<Tunnel>> bySession = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final RelayListener listener;
  private final int mostPerSession;

  Tunnels(RelayListener listener, int mostPerSession) {
    this.mostPerSession = mostPerSession;
    this.listener = listener;
  }

  int mostPerSession() {
    return mostPerSession;
  }

  boolean isFull(SessionId id) {
    Set<Tunnel> tunnels = bySession.get(id);
    return tunnels != null && tunnels.size() >= mostPerSession;
  }

  void opened(SessionId id, Tunnel tunnel) {
    bySession.compute(
        id,
        (session, tunnels) -> {
          Set<Tunnel> set = tunnels == null ? ConcurrentHashMap.newKeySet() : tunnels;
          set.add(tunnel);
          return set;
        });
    open.incrementAndGet();
    listener.tunnelOpened(id);
  }

  void closed(SessionId id, Tunnel tunnel) {
    bySession.computeIfPresent(
        id,
        (session, tunnels) -> {
          tunnels.remove(tunnel);
          return tunnels.isEmpty() ? null : tunnels;
        });
    open.decrementAndGet();
    listener.tunnelClosed(id, tunnel.bytesToNode(), tunnel.bytesToClient());
  }

  void close(SessionId id) {
    Set<Tunnel> tunnels = bySession.get(id);
    if (tunnels != null) {
      tunnels.forEach(Tunnel::close);
    }
  }

  int open() {
    return open.get();
  }

  RelayListener listener() {
    return listener;
  }
}
