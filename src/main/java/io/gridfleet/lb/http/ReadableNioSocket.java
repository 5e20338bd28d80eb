package io.gridfleet.lb.http;

import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A socket of the JDK's transport that can be read outside of its pipeline. */
public final class ReadableNioSocket extends NioSocketChannel {
  /** Called by Netty, which creates channels by reflection. */
  public ReadableNioSocket() {}

  /** Bytes read without waiting: 0 for none, -1 for the end of the stream. */
  public int read(ByteBuffer into) throws IOException {
    return javaChannel().read(into);
  }
}
