package io.gridfleet.lb.auth;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.Secret;
import io.gridfleet.lb.config.ValidatedConfig;
import io.gridfleet.lb.selector.Selector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The configuration of a token: its name, the source of its secret, its permissions. */
public record TokenConfig(
    @Key(doc = "The name of the tenant; shown in logs and lists.", example = "checkout-ci")
        String name,
    @Key(
            doc =
                "The role: 'session' creates and uses sessions, 'suite' also uses runs,"
                    + " 'operator' manages devices and all tenants' runs, 'viewer' only reads.",
            fallback = "suite")
        Role role,
    @Key(doc = "The file that holds the secret.", example = "/run/secrets/checkout-ci")
        Optional<Path> secretFile,
    @Key(doc = "The environment variable that holds the secret.", example = "CHECKOUT_CI_TOKEN")
        Optional<String> secretEnv,
    @Key(
            doc = "The SHA-256 of the secret, in hexadecimal, in place of the secret.",
            example = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            secret = true)
        Optional<String> sha256,
    @Key(doc = "The devices that it may use: a selector.", example = "tag.team:checkout")
        Optional<Selector> devices,
    @Key(doc = "The maximum number of live sessions; no limit if absent.", example = "10")
        OptionalInt maxSessions,
    @Key(doc = "The lowest priority that it may request.", fallback = "-100") int minPriority,
    @Key(doc = "The highest priority that it may request.", fallback = "100") int maxPriority,
    @Key(
            doc = "Whether its clients may connect to nodes directly (directConnect).",
            fallback = "true")
        boolean directConnect)
    implements ValidatedConfig {

  @Override
  public void check(ConstraintErrors complaints) {
    if (name.isBlank()) {
      complaints.at("name", "must not be blank");
    }
    if (name.equals(Tenant.anonymous().name())) {
      complaints.at("name", "must not be 'anonymous', which is the tenant in a lab without tokens");
    }
    long given = Stream.of(secretFile, secretEnv, sha256).filter(Optional::isPresent).count();
    if (given != 1) {
      complaints.at("", "needs exactly one of 'secretFile', 'secretEnv' and 'sha256'");
    }
    if (sha256.isPresent() && !sha256.get().matches("[0-9a-fA-F]{64}")) {
      complaints.at("sha256", "must be 64 hexadecimal digits");
    }
    if (secretEnv.isPresent()
        && Secret.present(complaints.environment(secretEnv.get()).orElse("")).isEmpty()) {
      complaints.at("secretEnv", "names a variable that isn't set: " + secretEnv.get());
    }
    secretFile.ifPresent(file -> check(file, complaints));
    if (maxSessions.isPresent() && maxSessions.getAsInt() < 0) {
      complaints.at("maxSessions", "must not be negative");
    }
    if (minPriority > maxPriority) {
      complaints.at("minPriority", "must not be above 'maxPriority' (" + maxPriority + ")");
    }
  }

  private static void check(Path file, ConstraintErrors complaints) {
    try {
      if (Secret.read(file).isEmpty()) {
        complaints.at("secretFile", "names a file that holds nothing: " + file);
      }
    } catch (IOException e) {
      complaints.at("secretFile", "names a file that can't be read: " + file);
    }
  }

  /** Returns the tenant with its permissions. */
  Tenant tenant() {
    return new Tenant(
        name,
        role,
        devices.orElseGet(Selector::everything),
        maxSessions,
        minPriority,
        maxPriority,
        directConnect);
  }

  @Override
  public String toString() {
    return "TokenConfig[" + name + "]";
  }
}
