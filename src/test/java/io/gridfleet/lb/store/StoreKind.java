package io.gridfleet.lb.store;

import io.gridfleet.lb.store.sql.SqlStore;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** The databases that every contract test runs against. */
public enum StoreKind {
  SQLITE_FILE,
  SQLITE_MEMORY,
  POSTGRESQL;

  private static final Map<StoreAddress.Postgres, StoreAddress.Postgres> MIGRATED =
      new ConcurrentHashMap<>();

  /** Databases that {@link #open} connected to. */
  private static final Queue<StoreAddress.Postgres> OPENED = new ConcurrentLinkedQueue<>();

  /** The address of an empty database. */
  public StoreAddress emptyDatabase() {
    return switch (this) {
      case SQLITE_FILE -> new StoreAddress.SqliteFile(folder().resolve("lab.db"));
      case SQLITE_MEMORY -> new StoreAddress.SqliteMemory();
      case POSTGRESQL -> PostgresPart.emptyDatabase();
    };
  }

  /** The address of a database with migrated, empty tables. */
  public StoreAddress migratedDatabase() {
    return this == POSTGRESQL ? PostgresPart.copyOf(migrated()) : emptyDatabase();
  }

  private static StoreAddress.Postgres migrated() {
    return MIGRATED.computeIfAbsent(
        PostgresPart.server(),
        server -> {
          StoreAddress.Postgres database = PostgresPart.emptyDatabase();
          open(StoreConfig.at(database)).close();
          return PostgresPart.leftAlone(PostgresPart.emptied(database));
        });
  }

  /** All kinds; only PostgreSQL while the tests run on a server that was named for it. */
  static Stream<StoreKind> underTest() {
    return PostgresPart.isReplaced() ? Stream.of(POSTGRESQL) : Stream.of(values());
  }

  /**
   * A store on a database with empty tables. On PostgreSQL it may have served an earlier test: to
   * make a database takes four times as long as to empty one.
   */
  public SqlStore open() {
    if (this != POSTGRESQL) {
      return open(StoreConfig.at(emptyDatabase()));
    }
    StoreAddress.Postgres database =
        PostgresPart.emptiedOne(OPENED).orElseGet(() -> (StoreAddress.Postgres) migratedDatabase());
    SqlStore store = open(StoreConfig.at(database));
    OPENED.add(database);
    return store;
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
