package io.gridfleet.lb.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The balancer in front of replicas: each connection goes to the next replica that serves, as its
 * health check says. It knows nothing of HTTP.
 */
final class TcpBalancer implements AutoCloseable {
  private static final int BUFFER = 16 << 10;
  private static final int CONNECT_MILLIS = 1_000;

  private final ServerSocket listener;
  private final List<Replica> replicas;
  private final AtomicInteger turn = new AtomicInteger();
  private final Set<Replica> out = ConcurrentHashMap.newKeySet();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  TcpBalancer(List<Replica> replicas) throws IOException {
    this.replicas = replicas;
    this.listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    background("balancer", this::accept);
    replicas.forEach(replica -> background("health-check", () -> check(replica)));
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        background("to-replica", () -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  /** Out is who doesn't answer and who is stopping; one that can't reach its store serves on. */
  private void check(Replica replica) {
    while (!listener.isClosed()) {
      boolean in;
      try {
        in = !replica.get("/readyz").body().contains("stopping");
      } catch (IOException noAnswer) {
        in = false;
      }
      if (in) {
        out.remove(replica);
      } else {
        out.add(replica);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
    }
  }

  private void serve(Socket client) {
    Socket replica = connected();
    if (replica == null) {
      close(client);
      return;
    }
    open.add(replica);
    background("to-client", () -> copy(replica, client));
    copy(client, replica);
  }

  private @Nullable Socket connected() {
    int first = turn.getAndIncrement();
    for (int i = 0; i < replicas.size(); i++) {
      Replica next = replicas.get(Math.floorMod(first + i, replicas.size()));
      if (next.serves() && !out.contains(next)) {
        Socket socket = new Socket();
        try {
          socket.setTcpNoDelay(true);
          socket.connect(new InetSocketAddress("127.0.0.1", next.port()), CONNECT_MILLIS);
          return socket;
        } catch (IOException notThere) {
          close(socket);
        }
      }
    }
    return null;
  }

  private void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[BUFFER];
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        out.write(buffer, 0, got);
        out.flush();
      }
    } catch (IOException broken) {
      // either side went: so does the other
    } finally {
      close(from);
      close(to);
    }
  }

  private void close(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException gone) {
      // closed already
    }
  }

  private static void background(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    List.copyOf(open).forEach(this::close);
  }
}
