package io.gridfleet.lb.app;

import java.io.PrintWriter;
import java.net.InetSocketAddress;

/** What {@code --demo} tells whoever started it. */
final class Greeting {
  private Greeting() {}

  static void print(PrintWriter out, InetSocketAddress address) {
    String url = "http://" + address.getAddress().getHostAddress() + ":" + address.getPort();
    out.println(
        """

        GridFleet LB runs with a simulated lab.

          WebDriver   %1$s   (also %1$s/wd/hub)
          Metrics     %1$s/metrics
          Devices     %1$s/api/devices

        Try it:

          curl -s %1$s/session -H 'content-type: application/json' \\
            -d '{"capabilities":{"alwaysMatch":{"platformName":"Android","gridfleet:selector":"os_version:>13"}}}'

        Ctrl-C stops it.
        """
            .formatted(url));
    out.flush();
  }
}
