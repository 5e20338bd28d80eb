package io.gridfleet.lb.lab;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for processes that are started later. Below those that the kernel gives to connections, and
 * in a range of this JVM's own: the build runs several at a time.
 */
public final class Ports {
  private static final int LOWEST = 15_000;
  private static final int RANGE = 3_000;
  private static final int JVM = Integer.getInteger("gridfleet.jvm", 0);
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(RANGE));

  private Ports() {}

  /** Returns a port that is free and wasn't given before. */
  public static int free() throws IOException {
    for (int tries = 0; tries < RANGE; tries++) {
      int port = LOWEST + RANGE * JVM + NEXT.getAndIncrement() % RANGE;
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException taken) {
        // the next one
      }
    }
    throw new IOException("no port is free");
  }
}
