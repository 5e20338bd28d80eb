package io.gridfleet.lb.http;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;

/**
 * Netty's handler of io_uring, with one event corrected, so that multishot polls lose no reset.
 *
 * <p>A multishot poll reports bytes and a reset that arrive together once. Netty 4.2 then reads
 * until the kernel says that the socket is empty, which it says of a socket with an error too (not
 * of one whose stream has ended), and waits for another report, which never comes. The poll for the
 * peer's end of the stream (POLLRDHUP), which each channel has as well, reports every error that
 * ends a connection. After that report a completed read is passed on as if the socket weren't
 * empty: Netty reads on and receives the error, or the end.
 *
 * <p>The other order needs no correction: where the poll reports while no read is submitted, Netty
 * submits one. Owned by the event loop.
 */
final class RingHandler implements IoHandler {
  private final IoHandler ring;

  private RingHandler(IoHandler ring) {
    this.ring = ring;
  }

  static IoHandlerFactory newFactory() {
    IoHandlerFactory rings = IoUringIoHandler.newFactory();
    return loop -> new RingHandler(rings.newHandler(loop));
  }

  @Override
  public void initialize() {
    ring.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    return ring.run(context);
  }

  @Override
  public void prepareToDestroy() {
    ring.prepareToDestroy();
  }

  @Override
  public void destroy() {
    ring.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return ring.register(new Registered(handle));
  }

  @Override
  public void wakeup() {
    ring.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return ring.isCompatible(handleType);
  }

  /** The handle of one channel. */
  private static final class Registered implements IoUringIoHandle {
    /** Of {@code linux/io_uring.h} and {@code poll.h}. */
    private static final byte POLL_ADD = 6;

    private static final byte RECV = 27;
    private static final int SOCKET_NOT_EMPTY = 1 << 2;
    private static final int POLLRDHUP = 0x2000;

    private final IoHandle channel;
    private boolean ends;

    Registered(IoHandle channel) {
      this.channel = channel;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      IoUringIoEvent completed = (IoUringIoEvent) event;
      if (completed.opcode() == POLL_ADD && isPeersEnd(completed.res())) {
        ends = true;
      }
      channel.handle(registration, ends ? corrected(completed) : completed);
    }

    /** Whether the poll has reported it; the error of a canceled poll is negative. */
    private static boolean isPeersEnd(int reported) {
      return reported > 0 && (reported & POLLRDHUP) != 0;
    }

    private static IoUringIoEvent corrected(IoUringIoEvent completed) {
      return completed.opcode() == RECV && completed.res() > 0
          ? new IoUringIoEvent(
              completed.res(),
              completed.flags() | SOCKET_NOT_EMPTY,
              completed.opcode(),
              completed.userData())
          : completed;
    }

    @Override
    public void registered() {
      channel.registered();
    }

    @Override
    public void unregistered() {
      channel.unregistered();
    }

    @Override
    public void close() throws Exception {
      channel.close();
    }
  }
}
