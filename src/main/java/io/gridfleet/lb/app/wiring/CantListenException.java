package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.config.HostPort;
import java.io.IOException;

/** The server can't listen; the message tells the operator what to do. */
final class CantListenException extends IOException {
  private static final long serialVersionUID = 1;
  private static final int UNPRIVILEGED = 1024;

  private CantListenException(String sentence, IOException cause) {
    super(sentence, cause);
  }

  /** Decided by the operating system's message: Netty's transports have no common exception. */
  static CantListenException of(HostPort listen, IOException refused) {
    String words = String.valueOf(refused.getMessage());
    return new CantListenException(
        "can't listen on " + listen + ": " + sentence(listen, words), refused);
  }

  private static String sentence(HostPort listen, String words) {
    if (words.contains("already in use")) {
      return "port %d of %s is taken by %s; stop it, or choose another port with --listen %s or the key 'listen'"
          .formatted(
              listen.port(),
              listen.host(),
              PortOwner.of(listen.port())
                  .orElse("another process (ss -ltnp 'sport = :" + listen.port() + "' names it)"),
              new HostPort(listen.host(), next(listen.port())));
    }
    if (words.contains("ermission denied")) {
      return "the user of this process may not use ports below 1024; choose another with --listen "
          + new HostPort(listen.host(), listen.port() + 4000)
          + " or the key 'listen'";
    }
    if (words.contains("ssign requested address") || words.contains("nresolved")) {
      return "no interface of this machine has the address '"
          + listen.host()
          + "'; 127.0.0.1 is this machine alone, 0.0.0.0 is every interface";
    }
    return words;
  }

  private static int next(int port) {
    return port < UNPRIVILEGED || port + 1 > 65_535 ? 4445 : port + 1;
  }
}
