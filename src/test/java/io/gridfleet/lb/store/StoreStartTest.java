package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreAddress.SqliteFile;
import io.gridfleet.lb.store.sql.SqlStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The messages of a start when the store can't be used, and the state after a crash. */
final class StoreStartTest {
  private final Path folder;

  StoreStartTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void theFileAndItsFolderAreMade() {
    Path file = folder.resolve("data/deep/lab.db");

    StoreKind.open(StoreConfig.at(new SqliteFile(file))).close();

    assertThat(file).exists();
  }

  @Test
  void whatWasWrittenIsThereAfterAStop() {
    StoreConfig config = StoreConfig.at(new SqliteFile(folder.resolve("lab.db")));
    Session session;
    try (SqlStore store = StoreKind.open(config)) {
      session =
          Facts.session(now(store.deviceLocks().tryLock(device(), 1, "a", MINUTE)).orElseThrow());
      now(store.sessionMap().publish(session));
    }

    try (SqlStore store = StoreKind.open(config)) {
      assertThat(now(store.sessionMap().find(session.id()))).isPresent();
    }
  }

  @Test
  void aSecondProcessIsRefusedAsLongAsTheFirstLives() {
    SqliteFile file = new SqliteFile(folder.resolve("lab.db"));
    SqlStore first = StoreKind.open(StoreConfig.at(file));

    refused(file, "is in use by process " + ProcessHandle.current().pid());

    first.close();
    StoreKind.open(StoreConfig.at(file)).close();
  }

  @Test
  void aKilledProcessLeavesItsSessionsAndNoMark() throws Exception {
    Path file = folder.resolve("lab.db");
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String session;
    try (BufferedReader words = process.inputReader()) {
      session = String.valueOf(words.readLine());
      refused(new SqliteFile(file), "is in use by process " + process.pid());
      process.destroyForcibly().waitFor();
    }

    try (SqlStore store = StoreKind.open(StoreConfig.at(new SqliteFile(file)))) {
      assertThat(now(store.sessionMap().live()))
          .singleElement()
          .satisfies(live -> assertThat(live.session().id().value()).isEqualTo(session));
      assertThat(now(store.deviceLocks().held()))
          .extracting(held -> held.kind())
          .containsExactlyInAnyOrder(Kind.SESSION, Kind.ATTEMPT);
      assertThat(now(store.avoidedDevices().all())).hasSize(1);
    }
  }

  @Test
  void aFileThatIsNoDatabaseIsLeftAlone() throws IOException {
    Path file = folder.resolve("lab.db");
    byte[] text =
        "these are somebody's notes, and long ones\n".repeat(200).getBytes(StandardCharsets.UTF_8);
    Files.write(file, text);

    refused(new SqliteFile(file), "is damaged or no SQLite database");

    assertThat(file).hasBinaryContent(text);
  }

  @Test
  void aDamagedFileIsLeftAlone() throws IOException {
    Path file = folder.resolve("lab.db");
    StoreKind.open(StoreConfig.at(new SqliteFile(file))).close();
    byte[] bytes = Files.readAllBytes(file);
    byte[] noise = new byte[bytes.length - 8192];
    new Random(7).nextBytes(noise);
    System.arraycopy(noise, 0, bytes, 4096, noise.length);
    Files.write(file, bytes);

    refused(new SqliteFile(file), "is damaged");

    assertThat(file).hasBinaryContent(bytes);
  }

  @Test
  void theDatabaseOfAnotherProgramIsLeftAlone() throws Exception {
    Path file = folder.resolve("theirs.db");
    try (Connection theirs = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = theirs.createStatement()) {
      statement.execute("CREATE TABLE notes (text)");
      statement.execute("PRAGMA user_version = 42");
    }
    byte[] before = Files.readAllBytes(file);

    refused(new SqliteFile(file), "is the database of another program");

    assertThat(file).hasBinaryContent(before);
  }

  @Test
  void aFolderThatCanNotBeMadeIsNamed() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("file"), "x");

    refused(new SqliteFile(inTheWay.resolve("lab.db")), "folder " + inTheWay + " can't be written");
  }

  @Test
  void tablesOfANewerVersionAreLeftAlone() throws Exception {
    SqliteFile file = new SqliteFile(folder.resolve("lab.db"));
    try (SqlStore store = StoreKind.open(StoreConfig.at(file))) {
      makeNewer(store);
    }
    refused(file, "has schema version 99, made by a newer GridFleet LB");

    StoreAddress postgres = StoreKind.POSTGRESQL.emptyDatabase();
    try (SqlStore store = StoreKind.open(StoreConfig.at(postgres))) {
      makeNewer(store);
    }
    refused(postgres, "has schema version 99");
  }

  private static void makeNewer(SqlStore store) {
    store
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    INSERT INTO schema_history (installed_rank, version, description, type, script,
                      checksum, installed_by, execution_time, success)
                    VALUES (99, '99', 'future', 'SQL', 'V99__future.sql', 1, 'x', 1, true)
                    """));
  }

  @Test
  void aFullDiskStopsWritesOnlyUntilThereIsRoom() {
    StoreConfig config = StoreConfig.at(new SqliteFile(folder.resolve("lab.db")));
    try (SqlStore store = StoreKind.open(config)) {
      int pages =
          store
              .jdbi()
              .withHandle(
                  handle -> handle.createQuery("PRAGMA page_count").mapTo(Integer.class).one());
      limitPages(store, pages);
      assertThatThrownBy(
              () ->
                  now(
                      store
                          .idempotencyRecords()
                          .record(
                              "key",
                              "claim",
                              new io.gridfleet.lb.session.IdempotencyRecords.Answered(
                                  "h", 200, new byte[100_000]),
                              MINUTE)))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("full");

      limitPages(store, 1_000_000);
      org.awaitility.Awaitility.await().until(store::isUp);
      assertThat(now(store.deviceLocks().tryLock(device(), 1, "a", MINUTE))).isPresent();
    }
  }

  private static void limitPages(SqlStore store, int pages) {
    store
        .jdbi()
        .useHandle(
            handle ->
                handle.createQuery("PRAGMA max_page_count = " + pages).mapTo(Integer.class).one());
  }

  @Test
  void aServerThatIsNotThereIsNamed() {
    Postgres nobody = new Postgres("lab", "127.0.0.1:1", "lab", "");
    refused(nobody, "postgresql://lab@127.0.0.1:1/lab can't be reached");
  }

  @Test
  void aDatabaseThatIsNotThereIsNotWaitedFor() {
    Postgres server = PostgresPart.server();
    Postgres wrong = new Postgres(server.user(), server.hosts(), "nowhere", server.options());

    assertThatThrownBy(() -> SqlStore.open(StoreConfig.at(wrong), StoreListener.SILENT))
        .isInstanceOf(StoreStartException.class)
        .hasMessageContaining("database \"nowhere\" does not exist");
  }

  private static void refused(StoreAddress address, String words) {
    StoreConfig config = StoreConfig.at(address).withStartPatience(Duration.ZERO);
    assertThatThrownBy(() -> SqlStore.open(config, StoreListener.SILENT))
        .isInstanceOf(StoreStartException.class)
        .hasMessageContaining(words);
  }

  /** A process that keeps some facts and waits for its end. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws Exception {
      SqlStore store = StoreKind.open(StoreConfig.at(new SqliteFile(Path.of(arguments[0]))));
      Session session =
          Facts.session(now(store.deviceLocks().tryLock(device(), 1, "a", MINUTE)).orElseThrow());
      now(store.sessionMap().publish(session));
      now(store.deviceLocks().tryLock(device(), 1, "unfinished", MINUTE));
      now(store.avoidedDevices().avoid(device(), MINUTE, "x"));
      System.out.println(session.id());
      Thread.currentThread().join();
    }
  }
}
