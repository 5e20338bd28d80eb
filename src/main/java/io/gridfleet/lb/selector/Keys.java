package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Facts about keys that don't depend on devices. */
final class Keys {
  /** A longer name is no key: the longest known has 30 characters. */
  static final int MAX_CHARACTERS = 128;

  /** Compared as versions although their name doesn't end with "version". */
  private static final Set<String> VERSIONS =
      Set.of("appium", "chromedriver", "build_id", "tizen", "webos", "webview", "firmware");

  /** Names of the selectors page, of examples in public code, and of GridFleet's own devices. */
  private static final Set<String> KNOWN =
      Set.of(
          "abi",
          "appium_version",
          "battery_level",
          "battery_voltage",
          "browser",
          "browser_name",
          "browsername",
          "browser_version",
          "browserversion",
          "carrier",
          "carriers",
          "city",
          "country",
          "device_id",
          "device_note",
          "device_skus",
          "device_state",
          "device_type",
          "display_secure",
          "geo",
          "geos",
          "host",
          "hostname",
          "id",
          "is_companion_device",
          "manufacturer",
          "model",
          "name",
          "network_connected",
          "network_failover",
          "network_roaming",
          "network_subtype",
          "network_type",
          "operator",
          "os",
          "os_version",
          "owner_email",
          "phone_iccid",
          "phone_imei",
          "phone_network",
          "phone_number",
          "platform",
          "platformname",
          "platformversion",
          "serial",
          "sku",
          "status",
          "udid");

  private Keys() {}

  /** Whether values of this folded key compare as versions: by the table, or by the name's end. */
  static boolean version(String key) {
    return key.endsWith("version") || VERSIONS.contains(key);
  }

  static boolean known(String key) {
    return KNOWN.contains(key);
  }

  /** Whether a text is a key: a letter, then letters, digits, underscores, dots, dashes. */
  static boolean valid(String text) {
    if (text.isEmpty() || text.length() > MAX_CHARACTERS || !start(text.codePointAt(0))) {
      return false;
    }
    return text.codePoints().allMatch(Keys::part);
  }

  static boolean start(int c) {
    return Character.isLetter(c);
  }

  static boolean part(int c) {
    return Character.isLetter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  }

  /** Returns the known keys closest to a mistyped one, nearest first, at most three. */
  static List<String> nearest(String key, Collection<String> known) {
    String folded = CaseFolding.text(key);
    if (folded.length() > MAX_CHARACTERS) {
      return List.of();
    }
    int most = folded.length() < 4 ? 1 : folded.length() < 8 ? 2 : 3;
    record Near(String key, int distance) {}
    List<Near> near = new ArrayList<>();
    for (String candidate : known) {
      int distance = distance(squeezed(folded), squeezed(CaseFolding.text(candidate)), most);
      if (distance <= most) {
        near.add(new Near(candidate, distance));
      }
    }
    return near.stream()
        .sorted(Comparator.comparingInt(Near::distance).thenComparing(Near::key))
        .limit(3)
        .map(Near::key)
        .toList();
  }

  /** Removes the characters in which {@code deviceType} and {@code device_type} differ. */
  private static String squeezed(String key) {
    return key.replace("_", "").replace("-", "");
  }

  /**
   * The edit distance: deletions, insertions, substitutions and transpositions; {@code most + 1} if
   * the lengths differ by more.
   */
  private static int distance(String one, String other, int most) {
    if (Math.abs(one.length() - other.length()) > most) {
      return most + 1;
    }
    int[][] steps = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          steps[i][j] = i + j;
          continue;
        }
        int change = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        steps[i][j] =
            Math.min(
                Math.min(steps[i - 1][j] + 1, steps[i][j - 1] + 1), steps[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          steps[i][j] = Math.min(steps[i][j], steps[i - 2][j - 2] + 1);
        }
      }
    }
    return steps[one.length()][other.length()];
  }
}
