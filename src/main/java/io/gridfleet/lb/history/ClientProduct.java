package io.gridfleet.lb.history;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The product in a {@code User-Agent}. */
public final class ClientProduct {
  /** A product, its version, and what follows in parentheses. */
  private static final Pattern PRODUCT =
      Pattern.compile("([^\\s/()]{1,64})(?:/([^\\s()]{1,32}))?(?:\\s*\\(([A-Za-z]{2,12})\\b)?");

  /** The languages that clients name first in parentheses. */
  private static final Pattern LANGUAGE =
      Pattern.compile("python|java|ruby|js|javascript|net|dotnet|node|go|php|kotlin|rust");

  private static final int MAX = 64;

  /** What is read of a header. */
  private static final int MAX_READ = 256;

  /** A lab has few kinds of clients, each of which asks often. */
  private static final Cache<String, String> KNOWN =
      Caffeine.newBuilder().maximumSize(100).executor(Runnable::run).build();

  private ClientProduct() {}

  /**
   * Returns product, language and version: {@code selenium python 4.38.0}. A header of another form
   * gives its first word; an absent one gives an empty text.
   */
  public static String of(String userAgent) {
    String read = userAgent.length() > MAX_READ ? userAgent.substring(0, MAX_READ) : userAgent;
    return KNOWN.get(read, ClientProduct::product);
  }

  private static String product(String read) {
    Matcher product = PRODUCT.matcher(read.replaceAll("\\p{Cntrl}", " ").strip());
    if (!product.lookingAt()) {
      return "";
    }
    StringBuilder text = new StringBuilder(product.group(1));
    String language = product.group(3);
    if (language != null && LANGUAGE.matcher(language.toLowerCase(Locale.ROOT)).matches()) {
      text.append(' ').append(language.toLowerCase(Locale.ROOT));
    }
    if (product.group(2) != null) {
      text.append(' ').append(product.group(2));
    }
    return text.length() > MAX ? text.substring(0, MAX) : text.toString();
  }
}
