package io.gridfleet.lb.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokensTest {
  /** A document of tokens. */
  public record Document(@Key(doc = "Tokens.") List<TokenConfig> tokens) {}

  /** SHA-256 of "third". */
  private static final String THIRD =
      "eaa2ae8ebb57e3c4c1f9c36f73efe5aa7eb4db4a8ed7f0dbe01e3fd6f8b0ff45";

  private static final Map<String, String> ENVIRONMENT = Map.of("CI", "first-secret\n");

  private final Path folder;

  TokensTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void withoutTokensEverybodyIsTheAnonymousTenant() {
    Admission open = Tokens.of(List.of(), name -> Optional.empty());
    assertThat(open.admit(Credentials.none())).isEqualTo(Tenant.anonymous());
    assertThat(open.admit(path("anything"))).isEqualTo(Tenant.anonymous());
  }

  @Test
  void aTokenComesFromTheEnvironmentAFileOrAHash() throws IOException {
    Files.writeString(folder.resolve("secret"), "second-secret\n");
    Admission tokens =
        tokens(
            """
            tokens:
              - {name: ci, secretEnv: CI, maxSessions: 3, devices: "tag.team:checkout"}
              - {name: people, secretFile: %s/secret, minPriority: 1, maxPriority: 5}
              - {name: partner, sha256: %s}
            """
                .formatted(folder, hashOf("third")));
    Tenant ci = tokens.admit(path("first-secret"));
    assertThat(ci.name()).isEqualTo("ci");
    assertThat(ci.maxSessions()).hasValue(3);
    assertThat(ci.devices().matches(Attributes.of(Map.of("tag.team", "Checkout")))).isTrue();
    assertThat(ci.devices().matches(Attributes.of(Map.of("tag.team", "other")))).isFalse();
    Tenant people = tokens.admit(path("second-secret"));
    assertThat(people.devices()).isEqualTo(Selector.everything());
    assertThat(people.allowedPriority(9)).isEqualTo(5);
    assertThat(people.allowedPriority(-9)).isEqualTo(1);
    assertThat(tokens.admit(path("third")).name()).isEqualTo("partner");
  }

  @Test
  void aTokenHasARoleAndIsASuitesIfItNamesNone() {
    Admission tokens =
        tokens(
            "tokens: [{name: ci, secretEnv: CI}, {name: wall, sha256: %s, role: viewer}]"
                .formatted(hashOf("third")));
    assertThat(tokens.admit(path("first-secret")).role()).isEqualTo(Role.SUITE);
    assertThat(tokens.admit(path("third")).role()).isEqualTo(Role.VIEWER);
  }

  @Test
  void aRoleWithoutReachOnARouteIsRejectedThere() {
    Admission tokens =
        tokens("tokens: [{name: wall, sha256: %s, role: viewer}]".formatted(hashOf("third")))
            .to(AccessTable.NEW_SESSION);
    ProtocolException refused = refused(tokens, path("third"));
    assertThat(refused.error().status()).isEqualTo(403);
    assertThat(refused.error().message()).contains("'wall'", "'viewer'").doesNotContain("third");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "first", "first-secret ", "FIRST-SECRET", "second-secret", "ci", "\u0000"})
  void aWrongTokenGetsTheSameTextAsAMissingOne(String secret) {
    Admission tokens = tokens("tokens: [{name: ci, secretEnv: CI}]");
    ProtocolException missing = refused(tokens, Credentials.none());
    ProtocolException wrong = refused(tokens, path(secret));
    assertThat(wrong.error().status()).isEqualTo(401);
    assertThat(wrong.error()).isEqualTo(missing.error());
    assertThat(Json.text(wrong.error().body())).doesNotContain("first-secret");
  }

  @Test
  void theHashOfAnEmptySecretAdmitsNoRequest() {
    Admission tokens = tokens("tokens: [{name: odd, sha256: %s}]".formatted(hashOf("")));
    assertThat(refused(tokens, Credentials.none()).error().status()).isEqualTo(401);
  }

  @Test
  void everyFormOfATokenIsRead() {
    Admission tokens = tokens("tokens: [{name: ci, secretEnv: CI}]");
    for (String header :
        List.of(
            "Bearer first-secret",
            "bearer   first-secret",
            "Basic " + base64("somebody:first-secret"),
            "basic " + base64(":first-secret"))) {
      Credentials credentials = Credentials.of(Optional.empty(), Optional.of(header));
      assertThat(tokens.admit(credentials).name()).as(header).isEqualTo("ci");
    }
    Credentials both = Credentials.of(Optional.of("first-secret"), Optional.of("Bearer wrong"));
    assertThat(tokens.admit(both).name()).isEqualTo("ci");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Bearer", "Basic", "Basic !!!", "Basic Zm9v", "Digest x", "first-secret"})
  void aHeaderWithoutATokenIsRejected(String header) {
    Admission tokens = tokens("tokens: [{name: ci, secretEnv: CI}]");
    refused(tokens, Credentials.of(Optional.empty(), Optional.of(header)));
  }

  @Test
  void aPasswordMayHoldAColon() {
    Credentials credentials =
        Credentials.of(Optional.empty(), Optional.of("Basic " + base64("me:a:b")));
    assertThat(credentials.secret()).contains("a:b");
    assertThat(credentials.user()).contains("me");
  }

  @Test
  void nothingShowsASecret() {
    String hash = hashOf("third");
    Admission tokens =
        tokens("tokens: [{name: ci, secretEnv: CI}, {name: p, sha256: %s}]".formatted(hash));
    assertThat(tokens.toString()).contains("ci").doesNotContain("first", hash);
    assertThat(path("hush").toString()).doesNotContain("hush");
    assertThat(load("tokens: [{name: p, sha256: %s}]".formatted(hash)).toString())
        .doesNotContain(hash);
  }

  @Test
  void twoTokensWithOneSecretAreRefused() {
    assertThatThrownBy(
            () ->
                tokens(
                    "tokens: [{name: a, secretEnv: CI}, {name: b, sha256: %s}]"
                        .formatted(hashOf("first-secret"))))
        .hasMessage("the tokens 'a' and 'b' have the same secret");
  }

  @Test
  void aTokenHasExactlyOneSourceOfItsSecret() {
    assertThatThrownBy(() -> load("tokens: [{name: a}]"))
        .hasMessageContaining("needs exactly one of");
    assertThatThrownBy(
            () -> load("tokens: [{name: a, secretEnv: CI, sha256: %s}]".formatted(THIRD)))
        .hasMessageContaining("needs exactly one of");
    assertThatThrownBy(() -> load("tokens: [{name: a, secretEnv: NOT_THERE}]"))
        .hasMessageContaining("isn't set: NOT_THERE");
    assertThatThrownBy(() -> load("tokens: [{name: a, secretFile: /no/where}]"))
        .hasMessageContaining("can't be read: /no/where");
    assertThatThrownBy(() -> load("tokens: [{name: a, sha256: my-plain-secret}]"))
        .hasMessageContaining("64 hexadecimal digits")
        .hasMessageNotContaining("my-plain-secret");
    assertThatThrownBy(() -> load("tokens: [{name: anonymous, secretEnv: CI}]"))
        .hasMessageContaining("in a lab without tokens");
    assertThatThrownBy(() -> load("tokens: [{name: a, secretEnv: CI, role: root}]"))
        .hasMessageContaining("'tokens[0].role'")
        .hasMessageContaining("session, suite, operator");
    assertThatThrownBy(() -> load("tokens: [{name: a, secret: x}]"))
        .hasMessageContaining("unknown key 'secret'");
    assertThatThrownBy(
            () -> load("tokens: [{name: a, secretEnv: CI, minPriority: 5, maxPriority: 1}]"))
        .hasMessageContaining("must not be above 'maxPriority' (1)");
    assertThatThrownBy(() -> load("tokens: [{name: a, secretEnv: CI, devices: 'os_version:>'}]"))
        .hasMessageContaining("'tokens[0].devices'");
  }

  private static ProtocolException refused(Admission tokens, Credentials credentials) {
    ProtocolException thrown =
        catchThrowableOfType(ProtocolException.class, () -> tokens.admit(credentials));
    assertThat(thrown).isNotNull();
    return thrown;
  }

  private static Credentials path(String token) {
    return Credentials.of(Optional.of(token), Optional.empty());
  }

  private static Document load(String yaml) {
    return ConfigLoader.of(Document.class)
        .text("tokens.yaml", yaml)
        .environment(ENVIRONMENT)
        .load()
        .value();
  }

  private static Admission tokens(String yaml) {
    return Tokens.of(load(yaml).tokens(), name -> Optional.ofNullable(ENVIRONMENT.get(name)));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hashOf(String text) {
    try {
      return java.util.HexFormat.of()
          .formatHex(
              java.security.MessageDigest.getInstance("SHA-256")
                  .digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
