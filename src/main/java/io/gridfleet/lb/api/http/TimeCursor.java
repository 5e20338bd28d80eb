package io.gridfleet.lb.api.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cursor of a list that is ordered by time: the time and the id of a page's last row. Clients
 * pass it on unread.
 */
public record TimeCursor(Instant time, String id) {
  private static final Pattern FORM = Pattern.compile("(-?\\d{1,18}):([!-~]{1,200})");

  /** Returns its form in an answer. */
  public String text() {
    String plain = time.toEpochMilli() + ":" + id;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(plain.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads what {@link #text} returned; empty if the text is something else. */
  public static Optional<TimeCursor> parse(String text) {
    try {
      byte[] plain = Base64.getUrlDecoder().decode(text);
      Matcher form = FORM.matcher(new String(plain, StandardCharsets.UTF_8));
      return form.matches()
          ? Optional.of(
              new TimeCursor(Instant.ofEpochMilli(Long.parseLong(form.group(1))), form.group(2)))
          : Optional.empty();
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }
}
