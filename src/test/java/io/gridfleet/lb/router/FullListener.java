package io.gridfleet.lb.router;

import io.gridfleet.lb.node.NodeAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * A listening socket whose backlog is full: the kernel keeps further connections pending until
 * {@link #accept} makes room, and then establishes them when their first packet is retransmitted.
 */
final class FullListener implements AutoCloseable {
  private static final int MAX_BACKLOG = 64;
  private static final int UNANSWERED_MILLIS = 200;

  private final ServerSocket listener;
  private final List<Socket> sockets = new ArrayList<>();

  FullListener() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    while (connects()) {
      if (sockets.size() > MAX_BACKLOG) {
        throw new IOException("this kernel has no bounded backlog");
      }
    }
  }

  private boolean connects() throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    try {
      socket.connect(listener.getLocalSocketAddress(), UNANSWERED_MILLIS);
      return true;
    } catch (SocketTimeoutException full) {
      socket.close();
      return false;
    }
  }

  NodeAddress address() {
    return NodeAddress.of(URI.create("http://127.0.0.1:" + listener.getLocalPort()));
  }

  /** Takes every connection that waits or comes. */
  void accept() {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  Socket socket = listener.accept();
                  synchronized (sockets) {
                    sockets.add(socket);
                  }
                }
              } catch (IOException closed) {
                // the test has ended
              }
            },
            "full-listener");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    synchronized (sockets) {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
