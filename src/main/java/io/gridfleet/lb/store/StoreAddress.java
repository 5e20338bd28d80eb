package io.gridfleet.lb.store;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of the store: the {@code store} key of the configuration
 * (operating.md#configuration).
 */
public sealed interface StoreAddress {
  /** A SQLite file; it and its folder are created if they are missing. */
  record SqliteFile(Path path) implements StoreAddress {
    @Override
    public String toString() {
      return "sqlite:" + path;
    }
  }

  /** SQLite in memory: nothing survives the process. */
  record SqliteMemory() implements StoreAddress {
    @Override
    public String toString() {
      return "sqlite::memory:";
    }
  }

  /**
   * A PostgreSQL database.
   *
   * @param hosts {@code host:port}, or several with commas as the driver takes them
   * @param options the driver's own, with the question mark; may be empty
   */
  record Postgres(String user, String hosts, String database, String options)
      implements StoreAddress {
    @Override
    public String toString() {
      return "postgresql://" + user + "@" + hosts + "/" + database;
    }
  }

  /** The syntax of an address, for error messages. */
  String FORMS =
      "sqlite:PATH, sqlite::memory: or postgresql://user@host:5432/database (the password comes"
          + " from a file or the environment)";

  /** Options of the driver that are secrets. */
  Pattern PASSWORD = Pattern.compile("[?&](?:ssl)?password=", Pattern.CASE_INSENSITIVE);

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException with a sentence for the operator, if it is invalid
   */
  static StoreAddress parse(String text) {
    if (text.equals("sqlite::memory:")) {
      return new SqliteMemory();
    }
    if (text.startsWith("sqlite:") && text.length() > "sqlite:".length()) {
      return new SqliteFile(Path.of(text.substring("sqlite:".length())));
    }
    Matcher postgres =
        Pattern.compile("postgres(?:ql)?://([^@/:]+)(:[^@/]*)?@([^/?@]+)/([^/?]+)(\\?.*)?")
            .matcher(text);
    if (!postgres.matches()) {
      throw new IllegalArgumentException(FORMS);
    }
    String options = postgres.group(5) == null ? "" : postgres.group(5);
    if (postgres.group(2) != null || PASSWORD.matcher(options).find()) {
      throw new IllegalArgumentException(
          "without a password, which 'passwordFile' or 'passwordEnv' gives: "
              + "postgresql://user@host:5432/database");
    }
    return new Postgres(postgres.group(1), postgres.group(3), postgres.group(4), options);
  }
}
