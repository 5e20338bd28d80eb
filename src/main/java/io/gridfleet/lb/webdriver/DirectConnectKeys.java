package io.gridfleet.lb.webdriver;

import java.util.Locale;
import java.util.regex.Pattern;

/** The capabilities that name a node's own address to a client. */
public final class DirectConnectKeys {
  /** All spellings used by servers, in lower case. */
  private static final Pattern ANY_SPELLING =
      Pattern.compile("([a-z]+:)?directconnect(protocol|host|port|path|deviceaddress)");

  private DirectConnectKeys() {}

  /** Returns whether a capability is one of these keys, with any prefix. */
  public static boolean isKey(String name) {
    return ANY_SPELLING.matcher(name.toLowerCase(Locale.ROOT)).matches();
  }
}
