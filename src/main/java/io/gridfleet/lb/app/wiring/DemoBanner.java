package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.config.HostPort;
import java.io.PrintWriter;
import java.net.InetSocketAddress;

/** The output of {@code --demo}. */
public final class DemoBanner {
  private DemoBanner() {}

  /** The URL of a server that listens on this address; a wildcard stays one. */
  public static String url(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return "http://" + new HostPort(host, address.getPort());
  }

  public static void print(PrintWriter out, InetSocketAddress address) {
    out.println(
        """

        GridFleet LB runs with a simulated lab.

          The lab     %1$s/ui
          WebDriver   %1$s   (also %1$s/wd/hub)
          Metrics     %1$s/metrics
          Devices     %1$s/api/devices

        Try it, as often as you like: a session, a command, the end.

          session=$(curl -s %1$s/session -H 'content-type: application/json' \\
            -d '{"capabilities":{"alwaysMatch":{"platformName":"Android","gridfleet:selector":"os_version:>13"}}}' \\
            | sed 's/.*"sessionId":"\\([^"]*\\)".*/\\1/'); echo "session $session"
          curl -s %1$s/session/$session/source; echo
          curl -s -X DELETE %1$s/session/$session; echo

        Ctrl-C stops it.
        """
            .formatted(url(address)));
    out.flush();
  }
}
