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
 * Identifies repeats of a request: token, run, peer address, client addresses reported by proxies,
 * {@code User-Agent} and payload. A digest, so that a key contains no secret and has a fixed size.
 *
 * <p>Reported addresses are included even from an untrusted peer: they only make keys differ, so a
 * forged one gains nothing over an absent one. Limitation: clients that share all of this, such as
 * two users without tokens behind one NAT device with the same client program and capabilities,
 * have the same key, and one may take the position that the other gave up within the last seconds.
 * Their priority is the same, because it is part of the payload.
 */
record RepeatKey(String digest) {
  /** A larger request has no key, and keeps no position. */
  private static final int MAX_BYTES = 64 * 1024;

  /** Removes reported ports, which differ between repeats. */
  private static final Pattern PORT = Pattern.compile("(?<=[\\d\\]]):\\d{1,5}(?=[\\s,;\"]|$)");

  private static final String[] REPORTED = {"forwarded", "x-forwarded-for"};

  /** Returns the key of a request; null if the request is too large. */
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

  /**
   * Encodes values as an unambiguous sequence of bytes, members of objects in the order of their
   * names.
   */
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
