package io.gridfleet.lb.auth;

import io.gridfleet.lb.config.Secret;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of the lab. A presented token is hashed and compared with every one of them, each in
 * constant time, so that the duration reveals nothing.
 */
public final class Tokens implements Admission {
  /** The value of {@code WWW-Authenticate} beside a 401. */
  public static final String CHALLENGE = "Basic realm=\"GridFleet LB\", charset=\"UTF-8\"";

  private static final int UNAUTHORIZED = 401;

  private final List<TokenIdentity> entries;

  private Tokens(List<TokenIdentity> entries) {
    this.entries = List.copyOf(entries);
  }

  /**
   * Reads the secrets; without tokens every request is admitted.
   *
   * @param environment returns the value of a variable
   * @throws IllegalArgumentException if a secret is missing, or two tokens have the same
   * @throws UncheckedIOException if a secret's file can't be read
   */
  public static Admission of(
      List<TokenConfig> configs, Function<String, Optional<String>> environment) {
    if (configs.isEmpty()) {
      return Admission.open();
    }
    List<TokenIdentity> entries = new ArrayList<>();
    for (TokenConfig config : configs) {
      TokenIdentity entry = new TokenIdentity(config.tenant(), hash(config, environment));
      for (TokenIdentity other : entries) {
        if (MessageDigest.isEqual(other.hash(), entry.hash())) {
          throw new IllegalArgumentException(
              "the tokens '%s' and '%s' have the same secret"
                  .formatted(other.tenant().name(), config.name()));
        }
      }
      entries.add(entry);
    }
    return new Tokens(entries);
  }

  @Override
  public Tenant admit(Credentials credentials) {
    Optional<TokenIdentity> found = token(credentials.secret().orElse(""));
    if (found.isEmpty() || credentials.secret().isEmpty()) {
      throw refused();
    }
    return found.get().tenant();
  }

  @Override
  public Optional<TokenIdentity> token(String secret) {
    byte[] presented = hash(secret);
    @Nullable TokenIdentity found = null;
    for (TokenIdentity entry : entries) {
      boolean same = MessageDigest.isEqual(entry.hash(), presented);
      found = same ? entry : found;
    }
    return Optional.ofNullable(found);
  }

  @Override
  public List<TokenIdentity> tokensOf(String tenant) {
    return entries.stream().filter(entry -> entry.tenant().name().equals(tenant)).toList();
  }

  /** Returns the same text for a missing and for a wrong token. */
  private static ProtocolException refused() {
    return new ProtocolException(
        WebDriverError.of(
                ErrorCode.SESSION_NOT_CREATED,
                "Unauthorized: this lab asks for a token, in the path (/v0/TOKEN/wd/hub), as"
                    + " 'Authorization: Bearer', or as the password of Basic")
            .withStatus(UNAUTHORIZED));
  }

  private static byte[] hash(TokenConfig config, Function<String, Optional<String>> environment) {
    if (config.sha256().isPresent()) {
      return HexFormat.of().parseHex(config.sha256().get());
    }
    Optional<Secret> secret =
        config
            .secretEnv()
            .flatMap(environment)
            .flatMap(Secret::present)
            .or(() -> config.secretFile().flatMap(file -> read(file)));
    return hash(
        secret
            .map(Secret::reveal)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the token '" + config.name() + "' has no secret")));
  }

  private static Optional<Secret> read(Path file) {
    try {
      return Secret.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Includes names only. */
  @Override
  public String toString() {
    return "Tokens" + entries.stream().map(entry -> entry.tenant().name()).toList();
  }
}
