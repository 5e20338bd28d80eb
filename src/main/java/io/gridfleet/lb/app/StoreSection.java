package io.gridfleet.lb.app;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.Secret;
import io.gridfleet.lb.config.ValidatedConfig;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** The {@code store} section of the configuration. */
public record StoreSection(
    @Key(
            doc =
                "sqlite:PATH, sqlite::memory: (keeps nothing) or"
                    + " postgresql://user@host:5432/database.",
            fallback = "sqlite:data/gridfleet-lb.db",
            shorthand = true)
        StoreAddress address,
    @Key(
            doc = "The file that holds the PostgreSQL user's password.",
            example = "/run/secrets/lab-db")
        Optional<Path> passwordFile,
    @Key(doc = "The environment variable that holds it.", example = "LAB_DB_PASSWORD")
        Optional<String> passwordEnv,
    @Key(
            doc = "How many statements run at once on PostgreSQL.",
            fallback = "4",
            min = "1",
            max = "100")
        int connections,
    @Key(doc = "How many statements may wait; more fail at once.", fallback = "2000", min = "1")
        int waiting,
    @Key(doc = "How long a start waits for a PostgreSQL that isn't there yet.", fallback = "10s")
        Duration startPatience)
    implements ValidatedConfig {

  /** Returns the store's settings, with this process's environment. */
  public StoreConfig toStoreConfig(Duration keepEnded) {
    return toStoreConfig(keepEnded, name -> Optional.ofNullable(System.getenv(name)));
  }

  /**
   * Returns the store's settings.
   *
   * @param environment the value of a variable
   * @throws UncheckedIOException if the password's file can't be read
   */
  public StoreConfig toStoreConfig(
      Duration keepEnded, Function<String, Optional<String>> environment) {
    Optional<Secret> password =
        passwordEnv
            .flatMap(environment)
            .flatMap(Secret::present)
            .or(() -> passwordFile.flatMap(StoreSection::read));
    return new StoreConfig(
        address, password.map(Secret::reveal), connections, waiting, startPatience, keepEnded);
  }

  /** The address for people: a file with its whole path. */
  public static String located(StoreAddress address) {
    return address instanceof StoreAddress.SqliteFile file
        ? "sqlite:" + file.path().toAbsolutePath().normalize()
        : address + (address instanceof StoreAddress.SqliteMemory ? " (keeps nothing)" : "");
  }

  private static Optional<Secret> read(Path file) {
    try {
      return Secret.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void check(ConstraintErrors complaints) {
    if (passwordFile.isPresent() && passwordEnv.isPresent()) {
      complaints.at("passwordFile", "and 'passwordEnv' exclude each other");
    }
    passwordEnv
        .filter(name -> Secret.present(complaints.environment(name).orElse("")).isEmpty())
        .ifPresent(
            name -> complaints.at("passwordEnv", "names a variable that isn't set: " + name));
    passwordFile.ifPresent(
        file -> {
          try {
            Secret.read(file);
          } catch (IOException e) {
            complaints.at("passwordFile", "names a file that can't be read: " + file);
          }
        });
  }
}
