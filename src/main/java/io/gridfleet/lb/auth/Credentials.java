package io.gridfleet.lb.auth;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The credentials of a request.
 *
 * @param user the user of Basic, which only the API checks
 * @param secret the token, from the path, {@code Bearer}, or the password of Basic
 */
public record Credentials(Optional<String> user, Optional<String> secret) {
  private static final String BEARER = "bearer ";
  private static final String BASIC = "basic ";

  public static Credentials none() {
    return new Credentials(Optional.empty(), Optional.empty());
  }

  /** Reads the token in the path, or else the {@code Authorization} header. */
  public static Credentials of(Optional<String> pathToken, Optional<String> authorization) {
    if (pathToken.isPresent()) {
      return new Credentials(Optional.empty(), pathToken);
    }
    String header = authorization.orElse("").strip();
    if (header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return new Credentials(
          Optional.empty(), Optional.of(header.substring(BEARER.length()).strip()));
    }
    return header.regionMatches(true, 0, BASIC, 0, BASIC.length())
        ? basic(header.substring(BASIC.length()).strip())
        : none();
  }

  private static Credentials basic(String encoded) {
    try {
      String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0
          ? none()
          : new Credentials(
              Optional.of(pair.substring(0, colon)), Optional.of(pair.substring(colon + 1)));
    } catch (IllegalArgumentException notBase64) {
      return none();
    }
  }

  /** Doesn't include the secret. */
  @Override
  public String toString() {
    return secret.isPresent() ? "Credentials[given]" : "Credentials[none]";
  }
}
