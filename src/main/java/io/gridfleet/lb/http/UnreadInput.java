package io.gridfleet.lb.http;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Checks a socket for input that its event loop has not read yet. Used on an idle connection; it
 * reads a byte if there is one, so that a connection with input can only be closed.
 */
public final class UnreadInput {
  private final ByteBuffer one = ByteBuffer.allocateDirect(1);

  /** Whether bytes, the end of the stream or an error are pending in the channel's socket. */
  public boolean isIn(Channel channel) {
    try {
      if (channel instanceof UnixChannel unix) {
        return unix.fd().read(one, 0, 1) != 0;
      }
      one.clear();
      return channel instanceof ReadableNioSocket nio && nio.read(one) != 0;
    } catch (IOException e) {
      return true;
    }
  }
}
