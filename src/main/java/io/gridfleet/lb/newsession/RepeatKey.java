package io.gridfleet.lb.newsession;

import io.gridfleet.lb.newsession.NewSessionRequest.Origin;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What two requests of the same asker have in common: token, run, peer address, client addresses
 * that proxies report, {@code User-Agent} and payload. A digest, so that a key holds no secret and
 * has one size.
 *
 * <p>The reported addresses count whether or not the peer is trusted: they only ever tell two
 * requests apart, so a forged one gains nothing over none at all. What remains: clients that share
 * all of this, such as two people without tokens behind one NAT device with the same client program
 * and the same capabilities, can't be told apart, and one may get the place that the other left
 * within the last seconds. Their priority is the same, because it is part of the payload.
 */
record RepeatKey(String digest) {
  /** Bytes of a larger request aren't compared: it keeps no place. */
  private static final int MAX_BYTES = 64 * 1024;

  /** Proxies report the port as well, and a repeat comes from another one. */
  private static final Pattern PORT = Pattern.compile("(?<=[\\d\\]]):\\d{1,5}(?=[\\s,;\"]|$)");

  private static final String[] REPORTED = {"forwarded", "x-forwarded-for"};

  /** The key of a request; null for one that is too large to have one. */
  static @Nullable RepeatKey of(NewSessionRequest request) {
    Digest digest = new Digest();
    Origin origin = request.origin();
    digest.add(origin.credentials().user());
    digest.add(origin.credentials().secret());
    digest.add(origin.run());
    digest.add(origin.client().address());
    digest.add(origin.client().userAgent());
    for (String header : REPORTED) {
      digest.add(
          Optional.ofNullable(origin.address().headers().get(header))
              .map(value -> PORT.matcher(value).replaceAll("")));
    }
    request.payload().candidates().forEach(candidate -> digest.add(candidate.asMap()));
    digest.add(request.payload().legacy());
    digest.add(request.payload().otherMembers());
    return digest.isTooLong() ? null : new RepeatKey(digest.text());
  }

  /** Values as an unambiguous sequence of bytes; members of objects in the order of their names. */
  private static final class Digest {
    private final MessageDigest sha256;
    private long size;

    Digest() {
      try {
        sha256 = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException("every JDK has SHA-256", impossible);
      }
    }

    void add(Optional<String> value) {
      add(value.orElse(null));
    }

    void add(@Nullable Object value) {
      if (isTooLong()) {
        return;
      }
      if (value instanceof Map<?, ?> map) {
        Map<String, @Nullable Object> sorted = new TreeMap<>();
        map.forEach((name, member) -> sorted.put(String.valueOf(name), member));
        update('{', String.valueOf(sorted.size()));
        sorted.forEach(
            (name, member) -> {
              add(name);
              add(member);
            });
      } else if (value instanceof Collection<?> list) {
        update('[', String.valueOf(list.size()));
        list.forEach(this::add);
      } else if (value instanceof String text) {
        update('"', text);
      } else {
        update('=', String.valueOf(value));
      }
    }

    boolean isTooLong() {
      return size > MAX_BYTES;
    }

    private void update(char type, String text) {
      size += 5L + text.length();
      if (isTooLong()) {
        return;
      }
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      sha256.update((byte) type);
      for (int shift = 24; shift >= 0; shift -= 8) {
        sha256.update((byte) (bytes.length >>> shift));
      }
      sha256.update(bytes);
    }

    String text() {
      return HexFormat.of().formatHex(sha256.digest());
    }
  }
}
