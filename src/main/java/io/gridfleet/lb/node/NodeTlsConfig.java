package io.gridfleet.lb.node;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import java.nio.file.Path;
import java.util.List;

/** TLS with nodes whose url starts with {@code https://}. */
public record NodeTlsConfig(
    @Key(
            doc =
                "Certificates (PEM) of authorities that are trusted beside Java's own; read once, at"
                    + " the start.",
            example = "[/etc/gridfleet/lab-ca.pem]")
        List<Path> trust)
    implements ValidatedConfig {

  @Override
  public void check(ConstraintErrors complaints) {
    for (int i = 0; i < trust.size(); i++) {
      try {
        NodeTrust.certificates(trust.get(i));
      } catch (IllegalArgumentException e) {
        complaints.at("trust[" + i + "]", String.valueOf(e.getMessage()));
      }
    }
  }
}
