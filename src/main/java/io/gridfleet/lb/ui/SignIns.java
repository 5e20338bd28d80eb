package io.gridfleet.lb.ui;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.auth.TokenIdentity;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The sign-ins of the web UI. A sign-in is a signed text that the browser keeps in a cookie: its
 * id, its expiry, a keyed hash of the token, and the token's tenant. It is valid until it expires,
 * is ended, or the tenant has no token with that hash any more; the role is always the token's
 * present one.
 *
 * <p>Any thread. Checking a cookie reads memory only: the key and the ended sign-ins are loaded
 * from the records, and {@link #endedElsewhere} keeps them current.
 */
public final class SignIns {
  public static final Duration LIFETIME = Duration.ofHours(12);

  /** The name of the cookie. */
  public static final String COOKIE = "gridfleet-ui";

  /** With this many ended sign-ins that haven't expired, no new ones are accepted. */
  static final int MAX_ENDED = 100_000;

  /** Tenants have short names; a longer cookie isn't ours. */
  private static final int MAX_COOKIE = 4_096;

  private static final int KEY_BYTES = 32;
  private static final int ID_BYTES = 16;
  private static final String MAC = "HmacSHA256";
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  private final Admission admission;
  private final SignInRecords records;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Instant> ended = new ConcurrentHashMap<>();
  private volatile byte @Nullable [] key;

  /** The content of a valid cookie. */
  private record Content(String id, Instant expires, String token, String tenant) {}

  /** A tenant that is signed in. */
  public record SignedIn(String id, Tenant tenant, Instant expires) {}

  /**
   * @param clock the store's, so that replicas agree
   */
  public SignIns(Admission admission, SignInRecords records, InstantSource clock) {
    this.admission = admission;
    this.records = records;
    this.clock = clock;
  }

  /** Loads the key, once, and the sign-ins that were ended on any replica. */
  public CompletionStage<Void> load() {
    CompletionStage<byte[]> known =
        key == null
            ? records.key(random(KEY_BYTES)).whenComplete((loaded, failure) -> key = loaded)
            : CompletableFuture.completedStage(key);
    return known
        .thenCompose(loaded -> records.ended(MAX_ENDED))
        .thenAccept(
            all -> {
              ended.putAll(all);
              forgetExpired();
            });
  }

  private void forgetExpired() {
    Instant now = clock.instant();
    ended.values().removeIf(expires -> expires.isBefore(now));
  }

  private byte[] random(int bytes) {
    byte[] fresh = new byte[bytes];
    random.nextBytes(fresh);
    return fresh;
  }

  /**
   * Whether sign-ins can be made and checked: the key is known, and there is room for their end.
   */
  public boolean isReady() {
    return key != null && ended.size() < MAX_ENDED;
  }

  /**
   * Returns a cookie for the holder of a token.
   *
   * @throws IllegalStateException if this isn't ready
   */
  public String begin(TokenIdentity token) {
    String id = HexFormat.of().formatHex(random(ID_BYTES));
    long expires = clock.instant().plus(LIFETIME).getEpochSecond();
    String content =
        String.join(
            "|", id, String.valueOf(expires), fingerprint(token.hash()), token.tenant().name());
    String body = TEXT.encodeToString(content.getBytes(StandardCharsets.UTF_8));
    return body + "." + signature(body);
  }

  /**
   * Returns who is signed in by a request.
   *
   * @param cookies its {@code Cookie} header
   */
  public Optional<SignedIn> find(String cookies) {
    for (String pair : cookies.split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && pair.substring(0, equals).strip().equals(COOKIE)) {
        Optional<SignedIn> found = check(pair.substring(equals + 1).strip());
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<SignedIn> check(String value) {
    int dot = value.indexOf('.');
    if (key == null || dot < 0 || value.length() > MAX_COOKIE) {
      return Optional.empty();
    }
    String body = value.substring(0, dot);
    byte[] signature = signature(body).getBytes(StandardCharsets.US_ASCII);
    byte[] given = value.substring(dot + 1).getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(signature, given)) {
      return Optional.empty();
    }
    Content content = content(body);
    boolean over = !clock.instant().isBefore(content.expires()) || ended.containsKey(content.id());
    return over
        ? Optional.empty()
        : admission.tokensOf(content.tenant()).stream()
            .filter(token -> isOf(content, token))
            .findFirst()
            .map(token -> new SignedIn(content.id(), token.tenant(), content.expires()));
  }

  /** The text was signed here, so that it has this form. */
  private static Content content(String body) {
    String text = new String(Base64.getUrlDecoder().decode(body), StandardCharsets.UTF_8);
    String[] parts = text.split("\\|", 4);
    Instant expires = Instant.ofEpochSecond(Long.parseLong(parts[1]));
    return new Content(parts[0], expires, parts[2], parts[3]);
  }

  private boolean isOf(Content content, TokenIdentity token) {
    return MessageDigest.isEqual(
        content.token().getBytes(StandardCharsets.US_ASCII),
        fingerprint(token.hash()).getBytes(StandardCharsets.US_ASCII));
  }

  /** Ends a sign-in, here at once; completes when all replicas can know it. */
  public CompletionStage<Void> end(SignedIn signedIn) {
    ended.put(signedIn.id(), signedIn.expires());
    return records.end(signedIn.id(), signedIn.expires());
  }

  /** Another replica ended a sign-in. */
  public void endedElsewhere(String id) {
    if (ended.size() < MAX_ENDED) {
      ended.putIfAbsent(id, clock.instant().plus(LIFETIME));
    }
  }

  private String fingerprint(byte[] hash) {
    return TEXT.encodeToString(Arrays.copyOf(mac('t', hash), ID_BYTES));
  }

  private String signature(String body) {
    return TEXT.encodeToString(mac('c', body.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * @param purpose keeps apart what is signed and what is hashed
   */
  private byte[] mac(char purpose, byte[] content) {
    byte[] known = key;
    if (known == null) {
      throw new IllegalStateException("the key isn't known yet");
    }
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(known, MAC));
      mac.update((byte) purpose);
      return mac.doFinal(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + MAC, e);
    }
  }
}
