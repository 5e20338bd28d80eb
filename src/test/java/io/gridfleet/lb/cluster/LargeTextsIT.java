package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.store.PostgresPart;
import io.gridfleet.lb.store.StoreAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Texts as large as a body may be, in a process whose heap is smaller than all of them together:
 * neither sending them, nor listing, nor a start over the rows that an earlier program wrote ends
 * it.
 */
@Execution(ExecutionMode.CONCURRENT)
final class LargeTextsIT {
  /** Of replicas, see there. */
  private static final int HEAP = 192 * 1024 * 1024;

  private static final int LARGE = 8 * 1024 * 1024;
  private static final int MANY = HEAP / LARGE;
  private static final int SENT = 3;

  /** So far back lists look. */
  private static final int REPORTS = 5_000;

  private static final int LISTS_AT_ONCE = 4;
  private static final int SMALL = 16 * 1024;

  private enum Kind {
    SQLITE {
      @Override
      String address() throws Exception {
        Path folder = Files.createTempDirectory(Path.of("target"), "large-texts");
        return "sqlite:" + folder.resolve("lab.db");
      }

      @Override
      Connection connect(String address) throws SQLException {
        return DriverManager.getConnection("jdbc:" + address);
      }
    },
    POSTGRES {
      @Override
      String address() throws Exception {
        return PostgresPart.emptyDatabase().toString();
      }

      @Override
      Connection connect(String address) throws SQLException {
        StoreAddress.Postgres parsed = (StoreAddress.Postgres) StoreAddress.parse(address);
        String url =
            "jdbc:postgresql://" + parsed.hosts() + "/" + parsed.database() + parsed.options();
        return DriverManager.getConnection(url, parsed.user(), "");
      }
    };

    abstract String address() throws Exception;

    abstract Connection connect(String address) throws SQLException;
  }

  private SimulatedFleet fleet;
  private ReplicaProcess server;
  private JsonClient client;

  @AfterEach
  void stop() throws Exception {
    server.close();
    fleet.close();
  }

  @ParameterizedTest
  @EnumSource
  void endNoProcess(Kind kind) throws Exception {
    String address = kind.address();
    fleet = SimulatedFleet.of(1, 1);
    server = ReplicaProcess.of("large-texts", ClusterConfig.of(address, fleet));
    server.startAndAwaitReady();
    client = server.client();
    String large = "n".repeat(LARGE - SMALL);
    for (int i = 0; i < MANY; i++) {
      String text = i < SENT ? large : "small";
      Reply created = client.newSession("'gridfleet:testName':'" + text + "'").join();
      assertThat(created.status()).as(created.error()).isEqualTo(200);
      assertThat(client.delete("/session/" + created.sessionId()).status()).isEqualTo(200);
      assertThat(report("failed-" + i, text).status()).isEqualTo(200);
    }
    assertThat(longest(kind, address, "test_name", "sessions")).isLessThan(SMALL);
    assertThat(longest(kind, address, "body", "test_reports")).isLessThan(SMALL);
    listsAreSmall();

    server.terminate(Duration.ofSeconds(20));
    asAnEarlierProgramWrote(kind, address, large);
    server.startAndAwaitReady();

    listsAreSmall();
    listsAtOnce();
    assertThat(server.log()).contains((2 * MANY) + " rows with texts beyond their bounds");
    assertThat(server.log()).hasSizeLessThan(1024 * 1024).doesNotContain("OutOfMemoryError");
  }

  private Reply report(String session, String text) {
    return client.post(
        "/api/sessions",
        """
        {"session_id":"%s","status":"failed","error_message":"%s"}"""
            .formatted(session, text));
  }

  private void listsAreSmall() {
    for (String query : List.of("", "&status=failed", "&status=passed")) {
      Reply list = client.get("/api/sessions?limit=1" + query);
      assertThat(list.status()).as(query).isEqualTo(200);
      assertThat(list.text()).as(query).hasSizeLessThan(SMALL);
      assertThat(list.body().path("items")).as(query).hasSize(1);
    }
    assertThat(client.get("/api/sessions?limit=500").text())
        .hasSizeLessThan((2 * MANY + 500) * SMALL);
    assertThat(client.get("/api/sessions/failed-0").text()).hasSizeLessThan(SMALL);
    assertThat(server.alive()).isTrue();
  }

  /** Any tenant may ask for such lists as often as it likes. */
  private void listsAtOnce() {
    List<CompletableFuture<Reply>> lists = new ArrayList<>();
    for (int i = 0; i < LISTS_AT_ONCE; i++) {
      lists.add(client.send("GET", "/api/sessions?status=failed&limit=1", null, Map.of()));
    }
    for (CompletableFuture<Reply> list : lists) {
      assertThat(list.join().status()).isEqualTo(200);
    }
    assertThat(server.alive()).isTrue();
  }

  /** Without bounds on texts, and as many reports as lists look at. */
  private static void asAnEarlierProgramWrote(Kind kind, String address, String large)
      throws SQLException {
    try (Connection store = kind.connect(address)) {
      String capabilities = "{\"browserName\":\"" + large.substring(0, HEAP / 1024) + "\"}";
      update(store, "UPDATE sessions SET test_name = ?, capabilities = ?", large, capabilities);
      String start = "\"error_message\":\"";
      update(store, "UPDATE test_reports SET body = replace(body, ?, ?)", start, start + large);
      store.setAutoCommit(false);
      try (PreparedStatement insert =
          store.prepareStatement(
              "INSERT INTO test_reports (session, version, reported, run, body)"
                  + " VALUES (?, 1, ?, NULL, ?)")) {
        for (int i = 0; i < REPORTS; i++) {
          insert.setString(1, "reported-" + i);
          insert.setLong(2, i);
          insert.setString(3, body("reported-" + i, "e".repeat(7 * 1024)));
          insert.addBatch();
        }
        insert.executeBatch();
      }
      store.commit();
    }
  }

  private static String body(String session, String message) {
    return """
        {"session":"%s","reported":0,"registration":{"testName":"t","outcome":"FAILED",\
        "details":{"error_message":"%s"}}}"""
        .formatted(session, message);
  }

  private static int longest(Kind kind, String address, String column, String table)
      throws SQLException {
    try (Connection store = kind.connect(address);
        Statement query = store.createStatement();
        ResultSet row = query.executeQuery("SELECT max(length(" + column + ")) FROM " + table)) {
      row.next();
      return row.getInt(1);
    }
  }

  private static void update(Connection store, String sql, String... values) throws SQLException {
    try (PreparedStatement update = store.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        update.setString(i + 1, values[i]);
      }
      update.executeUpdate();
    }
  }
}
