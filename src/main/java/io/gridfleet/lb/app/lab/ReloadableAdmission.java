package io.gridfleet.lb.app.lab;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.auth.TokenConfig;
import io.gridfleet.lb.auth.TokenIdentity;
import io.gridfleet.lb.auth.Tokens;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The tokens as last read. Callers that were admitted before stay admitted. */
public final class ReloadableAdmission implements Admission {
  private final Function<String, Optional<String>> environment;
  private volatile Admission current;

  public ReloadableAdmission(
      List<TokenConfig> tokens, Function<String, Optional<String>> environment) {
    this.environment = environment;
    this.current = Tokens.of(tokens, environment);
  }

  @Override
  public Tenant admit(Credentials credentials) {
    return current.admit(credentials);
  }

  @Override
  public Optional<TokenIdentity> token(String secret) {
    return current.token(secret);
  }

  @Override
  public List<TokenIdentity> tokensOf(String tenant) {
    return current.tokensOf(tenant);
  }

  @Override
  public boolean asksForTokens() {
    return current.asksForTokens();
  }

  /** Reads the current tokens at each call: a reload may add the first ones. */
  @Override
  public Admission to(String route) {
    return new Admission() {
      @Override
      public Tenant admit(Credentials credentials) {
        return current.to(route).admit(credentials);
      }

      @Override
      public boolean asksForTokens() {
        return current.asksForTokens();
      }
    };
  }

  /**
   * Replaces the tokens; their secrets are read again.
   *
   * @throws IllegalArgumentException if they can't be used; then the earlier ones stay
   */
  void use(List<TokenConfig> tokens) {
    current = Tokens.of(tokens, environment);
  }
}
