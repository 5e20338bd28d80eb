package io.gridfleet.lb.store;

import io.gridfleet.lb.store.sql.SqlStore;
import java.io.IOException;
import java.nio.file.Files;

/** The databases that every contract test runs against. */
public enum StoreKind {
  SQLITE_FILE,
  SQLITE_MEMORY,
  POSTGRESQL;

  /** The address of an empty database. */
  public StoreAddress emptyDatabase() {
    return switch (this) {
      case SQLITE_FILE -> new StoreAddress.SqliteFile(folder().resolve("lab.db"));
      case SQLITE_MEMORY -> new StoreAddress.SqliteMemory();
      case POSTGRESQL -> PostgresPart.emptyDatabase();
    };
  }

  /** A store on an empty database. */
  public SqlStore open() {
    return open(StoreConfig.at(emptyDatabase()));
  }

  public static SqlStore open(StoreConfig config) {
    return open(config, StoreListener.SILENT);
  }

  public static SqlStore open(StoreConfig config, StoreListener listener) {
    try {
      return SqlStore.open(config, listener);
    } catch (StoreStartException e) {
      throw new IllegalStateException(e);
    }
  }

  static java.nio.file.Path folder() {
    try {
      java.nio.file.Path folder = Files.createTempDirectory("gridfleet-store");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      return folder;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void delete(java.nio.file.Path folder) {
    try (var files = Files.list(folder)) {
      for (java.nio.file.Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException left) {
      System.err.println("left behind: " + left);
    }
  }
}
