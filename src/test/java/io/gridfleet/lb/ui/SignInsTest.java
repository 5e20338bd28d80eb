package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.auth.Role;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.auth.TokenConfig;
import io.gridfleet.lb.auth.TokenIdentity;
import io.gridfleet.lb.auth.Tokens;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a sign-in is valid, and for whom. */
final class SignInsTest {
  private final FakeRecords records = new FakeRecords();
  private Instant now = Instant.parse("2026-11-28T08:00:00Z");
  private Admission tokens = tokens("first-secret", Role.OPERATOR);
  private final SignIns here = new SignIns(new Current(), records, () -> now);
  private final SignIns there = new SignIns(new Current(), records, () -> now);

  /** What two replicas share. */
  private static final class FakeRecords implements SignInRecords {
    private byte[] key = new byte[0];
    private final Map<String, Instant> ended = new HashMap<>();

    @Override
    public CompletionStage<byte[]> key(byte[] fresh) {
      key = key.length == 0 ? fresh : key;
      return CompletableFuture.completedStage(key);
    }

    @Override
    public CompletionStage<Void> end(String id, Instant expires) {
      ended.put(id, expires);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Map<String, Instant>> ended(int most) {
      return CompletableFuture.completedStage(Map.copyOf(ended));
    }
  }

  /** The tokens as last read. */
  private final class Current implements Admission {
    @Override
    public Tenant admit(Credentials credentials) {
      return tokens.admit(credentials);
    }

    @Override
    public Optional<TokenIdentity> token(String secret) {
      return tokens.token(secret);
    }

    @Override
    public List<TokenIdentity> tokensOf(String tenant) {
      return tokens.tokensOf(tenant);
    }
  }

  private static Admission tokens(String secret, Role role) {
    TokenConfig token =
        new TokenConfig(
            "night|ly",
            role,
            Optional.empty(),
            Optional.of("SECRET"),
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            0,
            0,
            true);
    return Tokens.of(List.of(token), name -> Optional.of(secret));
  }

  @BeforeEach
  void load() {
    here.load().toCompletableFuture().join();
    there.load().toCompletableFuture().join();
  }

  private String cookie() {
    return SignIns.COOKIE + "=" + here.begin(tokens.token("first-secret").orElseThrow());
  }

  private static Optional<String> role(SignIns signIns, String cookie) {
    return signIns.find(cookie).map(found -> found.tenant().role().name());
  }

  @Test
  void anotherReplicaTakesItAndSoDoesOneThatStartsLater() {
    String cookie = cookie();
    assertThat(role(there, cookie)).contains("OPERATOR");
    SignIns later = new SignIns(new Current(), records, () -> now);
    assertThat(role(later, cookie)).as("before the key is known").isEmpty();
    later.load().toCompletableFuture().join();
    assertThat(role(later, "a=1; " + cookie + "; b=2")).contains("OPERATOR");
  }

  @Test
  void itLastsTwelveHours() {
    String cookie = cookie();
    now = now.plus(Duration.ofHours(12)).minusSeconds(1);
    assertThat(role(here, cookie)).isPresent();
    now = now.plusSeconds(1);
    assertThat(role(here, cookie)).isEmpty();
  }

  @Test
  void signingOutEndsItOnEachReplica() {
    String cookie = cookie();
    String other = cookie();
    here.end(here.find(cookie).orElseThrow()).toCompletableFuture().join();
    assertThat(role(here, cookie)).isEmpty();
    there.load().toCompletableFuture().join();
    assertThat(role(there, cookie)).isEmpty();
    assertThat(role(there, other)).as("another sign-in of the same token").isPresent();
  }

  @Test
  void aChangeOfTheSecretEndsItAndAChangeOfTheRoleAppliesAtOnce() {
    String cookie = cookie();
    tokens = tokens("first-secret", Role.VIEWER);
    assertThat(role(here, cookie)).contains("VIEWER");
    tokens = tokens("second-secret", Role.OPERATOR);
    assertThat(role(here, cookie)).isEmpty();
    tokens = Admission.open();
    assertThat(role(here, cookie)).isEmpty();
  }

  @Test
  void noByteOfItCanBeChanged() {
    String cookie = cookie();
    for (int i = SignIns.COOKIE.length() + 1; i < cookie.length(); i++) {
      for (char other : new char[] {'A', 'B', '.', '-'}) {
        if (cookie.charAt(i) != other) {
          String changed = cookie.substring(0, i) + other + cookie.substring(i + 1);
          assertThat(here.find(changed)).as(changed).isEmpty();
        }
      }
    }
  }

  @Test
  void itHoldsNeitherTheTokenNorItsHash() {
    String value = cookie().substring(SignIns.COOKIE.length() + 1);
    String content =
        new String(Base64.getUrlDecoder().decode(value.split("\\.")[0]), StandardCharsets.UTF_8);
    String hash =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(tokens.token("first-secret").orElseThrow().hash());
    assertThat(content).contains("night|ly").doesNotContain("secret", hash.substring(0, 16));
  }

  @Test
  void anAddressHasTenWrongTokensInAMinute() throws Exception {
    long[] nanos = {0};
    SignInLimit limit = new SignInLimit(() -> nanos[0]);
    var one = InetAddress.getByName("2001:db8::1");
    var same = InetAddress.getByName("2001:db8::2");
    var other = InetAddress.getByName("10.0.0.1");
    for (int i = 0; i < SignInLimit.MAX_FAILURES; i++) {
      assertThat(limit.allows(one)).isTrue();
      limit.failed(one);
    }
    assertThat(limit.allows(one)).isFalse();
    assertThat(limit.allows(same)).as("the same network").isFalse();
    assertThat(limit.allows(other)).isTrue();
    nanos[0] = SignInLimit.WINDOW.toNanos() + 1;
    assertThat(limit.allows(one)).isTrue();
  }
}
