package io.gridfleet.lb.http;

import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The names of headers that most messages of WebDriver have, as they are usually spelled. A decoder
 * reuses these objects, and with them their cached hash codes, instead of creating equal ones.
 */
final class KnownNames {
  private static final List<String> NAMES =
      List.of(
          "Accept",
          "Accept-Encoding",
          "Accept-Language",
          "Access-Control-Allow-Headers",
          "Access-Control-Allow-Methods",
          "Access-Control-Allow-Origin",
          "Authorization",
          "Cache-Control",
          "Connection",
          "Content-Length",
          "Content-Type",
          "Date",
          "ETag",
          "Expires",
          "Host",
          "Keep-Alive",
          "Pragma",
          "Server",
          "Transfer-Encoding",
          "User-Agent",
          "Vary",
          "X-Powered-By");

  /** The names by their length; at each length there are few. */
  private static final AsciiString[][] BY_LENGTH = byLength();

  private KnownNames() {}

  private static AsciiString[][] byLength() {
    List<String> spelled =
        NAMES.stream().flatMap(name -> Stream.of(name, name.toLowerCase(Locale.ROOT))).toList();
    int longest = spelled.stream().mapToInt(String::length).max().orElse(0);
    AsciiString[][] table = new AsciiString[longest + 1][];
    for (int length = 0; length <= longest; length++) {
      int each = length;
      table[length] =
          spelled.stream()
              .filter(name -> name.length() == each)
              .map(AsciiString::cached)
              .toArray(AsciiString[]::new);
    }
    return table;
  }

  /** Returns the name with exactly these bytes; null if it isn't one of them. */
  static @Nullable AsciiString find(byte[] text, int start, int length) {
    if (length < BY_LENGTH.length) {
      for (AsciiString name : BY_LENGTH[length]) {
        int from = name.arrayOffset();
        if (Arrays.equals(name.array(), from, from + length, text, start, start + length)) {
          return name;
        }
      }
    }
    return null;
  }
}
