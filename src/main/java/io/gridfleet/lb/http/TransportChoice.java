package io.gridfleet.lb.http;

import io.netty.util.internal.PlatformDependent;
import java.util.List;

/** The transports among which a start may choose, in the order in which they are tried. */
public enum TransportChoice {
  AUTO,
  IO_URING,
  EPOLL,
  NIO;

  List<Transport> candidates() {
    return switch (this) {
      case AUTO -> ofThisSystem();
      case IO_URING -> List.of(Transport.IO_URING);
      case EPOLL -> List.of(Transport.EPOLL);
      case NIO -> List.of(Transport.NIO);
    };
  }

  private static List<Transport> ofThisSystem() {
    if (PlatformDependent.isOsx()) {
      return List.of(Transport.KQUEUE, Transport.NIO);
    }
    return PlatformDependent.isWindows()
        ? List.of(Transport.NIO)
        : List.of(Transport.IO_URING, Transport.EPOLL, Transport.NIO);
  }
}
