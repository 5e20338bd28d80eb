package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.store.signal.SignalledChange;
import io.gridfleet.lb.store.signal.StoreSignals;
import io.gridfleet.lb.store.statement.Statements;
import io.gridfleet.lb.ui.SignInRecords;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The key of the web UI's cookies and its ended sign-ins as rows. */
final class SqlSignInRecords implements SignInRecords {
  private static final String END =
      """
      INSERT INTO ended_sign_ins (id, expires) VALUES (:id, :expires)
      ON CONFLICT (id) DO NOTHING
      RETURNING id
      """;

  private final Statements statements;
  private final StoreSignals sender;

  SqlSignInRecords(Statements statements, StoreSignals sender) {
    this.statements = statements;
    this.sender = sender;
  }

  @Override
  public CompletionStage<byte[]> key(byte[] fresh) {
    return statements.inTransaction(
        "ui.key",
        handle -> {
          handle
              .createUpdate(
                  "INSERT INTO ui_key (id, secret) VALUES (1, :secret) ON CONFLICT (id) DO NOTHING")
              .bind("secret", HexFormat.of().formatHex(fresh))
              .execute();
          return HexFormat.of()
              .parseHex(
                  handle
                      .createQuery("SELECT secret FROM ui_key WHERE id = 1")
                      .mapTo(String.class)
                      .one());
        });
  }

  @Override
  public CompletionStage<Void> end(String id, Instant expires) {
    SignalledChange<String> end =
        new SignalledChange<>(
            END,
            query -> query.bind("id", Columns.storable(id)).bind("expires", expires.toEpochMilli()),
            (row, context) -> row.getString("id"),
            new FleetSignal.SignedOut(id));
    return end.run("ui.end", statements, sender).thenApply(done -> null);
  }

  @Override
  public CompletionStage<Map<String, Instant>> ended(int most) {
    return statements.run(
        "ui.ended",
        handle -> {
          Map<String, Instant> ended = new HashMap<>();
          handle
              .createQuery(
                  """
                  SELECT id, expires FROM ended_sign_ins WHERE expires > <now>
                  ORDER BY expires DESC LIMIT :most
                  """)
              .bind("most", most)
              .map(
                  (row, context) -> Map.entry(row.getString("id"), Columns.instant(row, "expires")))
              .forEach(row -> ended.put(row.getKey(), row.getValue()));
          return ended;
        });
  }
}
