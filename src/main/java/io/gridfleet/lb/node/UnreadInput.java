package io.gridfleet.lb.node;

import io.gridfleet.lb.http.ReadableNioSocket;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Checks an idle connection for input that its pipeline has not received yet. Owned by an event
 * loop, and used on its channels only.
 *
 * <p>Where a channel reads within a call of its loop (epoll, kqueue, the JDK's transport), what the
 * pipeline has not received is in the socket: the check reads a byte if there is one, so that a
 * connection with input can only be closed.
 *
 * <p>With io_uring the kernel reads for the loop, so that input can be in four places: in the
 * socket; in the socket while a poll or a read of the ring is submitted or about to be; in a buffer
 * that a completed read has filled, whose completion the loop has not handled; or in the pipeline.
 * Looking into the socket misses the third, and handling completions first is no remedy: a
 * completion can follow the last one that was handled, and the ring can be entered by a write of
 * another channel. So the check compares two counts: the bytes that TCP has accepted on the
 * connection, which the kernel counts ({@code tcpi_bytes_received}), and those that the pipeline
 * has received ({@link ReceivedBytes}). The kernel's count grows when a segment is accepted and
 * before anybody can read it, the other when the loop handles a completed read. So the second never
 * exceeds the first, and they are equal exactly if none of the first three places holds a byte at
 * the time of the call. The end of the stream counts as a byte that no read delivers; a reset
 * leaves the state ESTABLISHED.
 */
final class UnreadInput {
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_INFO = 11;

  /** Of {@code struct tcp_info}: {@code tcpi_state}, one byte. */
  private static final int STATE = 0;

  private static final byte ESTABLISHED = 1;

  /** Of {@code struct tcp_info}: {@code tcpi_bytes_received}, since Linux 4.1. */
  private static final int BYTES_RECEIVED = 128;

  private final ByteBuffer one = ByteBuffer.allocateDirect(1);
  private final ByteBuffer tcpInfo =
      ByteBuffer.allocateDirect(BYTES_RECEIVED + Long.BYTES).order(ByteOrder.nativeOrder());

  /** Returns the handler that must be the first of a channel that is to be checked. */
  static ChannelHandler firstHandler(Class<? extends SocketChannel> sockets) {
    return sockets == IoUringSocketChannel.class
        ? new ReceivedBytes()
        : new ChannelInboundHandlerAdapter();
  }

  /** Whether bytes, the end of the stream or an error are pending in the channel's socket. */
  boolean isIn(Channel channel) {
    try {
      if (channel instanceof IoUringSocketChannel ring) {
        return !hasReceivedAll(ring);
      }
      if (channel instanceof UnixChannel unix) {
        return unix.fd().read(one, 0, 1) != 0;
      }
      one.clear();
      return channel instanceof ReadableNioSocket nio && nio.read(one) != 0;
    } catch (IOException e) {
      return true;
    }
  }

  private boolean hasReceivedAll(IoUringSocketChannel channel) throws IOException {
    if (!(channel.pipeline().first() instanceof ReceivedBytes received)
        || !(channel.fd() instanceof Socket socket)) {
      return false;
    }
    tcpInfo.clear();
    socket.getRawOpt(IPPROTO_TCP, TCP_INFO, tcpInfo);
    return tcpInfo.get(STATE) == ESTABLISHED && tcpInfo.getLong(BYTES_RECEIVED) == received.bytes();
  }
}
