package io.gridfleet.lb.http;

import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A socket of the JDK's transport that can be read outside of its pipeline. */
final class ReadableNioSocket extends NioSocketChannel {
  /** Bytes read without waiting: 0 for none, -1 for the end of the stream. */
  int read(ByteBuffer into) throws IOException {
    return javaChannel().read(into);
  }
}
