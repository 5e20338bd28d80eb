package io.gridfleet.lb.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host and a port: {@code 127.0.0.1:4444}, {@code lab.local:4444}, {@code [::1]:4444}.
 *
 * @param host IPv6 without its brackets
 * @param port 0 lets the system choose
 */
public record HostPort(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([A-Za-z0-9._-]+)):([0-9]{1,5})");

  private static final Pattern LOOPBACK_V4 =
      Pattern.compile("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");

  private static final Pattern LOOPBACK_V6 = Pattern.compile("(?:0{0,4}:){1,7}0{0,3}1");

  private static final int MAX = 65_535;

  /**
   * Reads an address to listen on.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static HostPort parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches() || Integer.parseInt(form.group(3)) > MAX) {
      throw new IllegalArgumentException("host:port, such as 127.0.0.1:4444 or [::1]:4444");
    }
    String host = form.group(1) == null ? form.group(2) : form.group(1);
    return new HostPort(host, Integer.parseInt(form.group(3)));
  }

  /** Whether only this machine can connect. Names other than localhost are not resolved. */
  public boolean isLoopback() {
    return host.equalsIgnoreCase("localhost")
        || LOOPBACK_V4.matcher(host).matches()
        || LOOPBACK_V6.matcher(host).matches();
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
