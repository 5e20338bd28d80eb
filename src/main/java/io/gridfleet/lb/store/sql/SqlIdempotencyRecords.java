package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.session.IdempotencyRecords;
import io.gridfleet.lb.store.signal.SignalledChange;
import io.gridfleet.lb.store.signal.StoreSignals;
import io.gridfleet.lb.store.statement.GroupPlace;
import io.gridfleet.lb.store.statement.GroupPlace.Rank;
import io.gridfleet.lb.store.statement.Statements;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/**
 * Idempotency records as rows; an expired one is replaced by a new one. A key that is being
 * answered has a row that names its replica. The row is written before the answer is queried, and
 * deleted in the transaction that records the answer: a replica that could take the key sees the
 * answer.
 */
final class SqlIdempotencyRecords implements IdempotencyRecords {
  private static final String TAKE =
      """
      INSERT INTO keyed_requests (request_key, body_hash, replica, claim)
      VALUES (:key, :bodyHash, :me, :claim)
      ON CONFLICT (request_key) DO UPDATE
      SET body_hash = excluded.body_hash, replica = excluded.replica, claim = excluded.claim
      WHERE keyed_requests.replica = excluded.replica OR NOT EXISTS (
        SELECT 1 FROM replicas
        WHERE replicas.id = keyed_requests.replica AND heartbeat > <now> - :silent)
      """;

  private static final String FIND =
      """
      SELECT body_hash, status, body FROM idempotency_records
      WHERE request_key = :key AND expires > <now>
      """;

  private static final String RECORD =
      """
      INSERT INTO idempotency_records (request_key, body_hash, status, body, expires)
      VALUES (:key, :bodyHash, :status, :body, <now> + :keep)
      ON CONFLICT (request_key) DO UPDATE
      SET body_hash = excluded.body_hash, status = excluded.status,
          body = excluded.body, expires = excluded.expires
      WHERE idempotency_records.expires <= <now>
      """;

  private static final String RELEASE =
      "DELETE FROM keyed_requests WHERE request_key = :key AND claim = :claim";

  /** After an outage all replicas look dead; each writes a heartbeat within three seconds. */
  private static final Duration BEAT_PATIENCE = Duration.ofSeconds(15);

  private static final Duration NONE_IS_DEAD = Duration.ofDays(1);

  private final Statements statements;
  private final StoreSignals sender;
  private final String replica;
  private final Duration silent;

  /**
   * @param replica the id of this process
   * @param silent after how long without a heartbeat a replica counts as dead; zero if there can be
   *     no other
   */
  SqlIdempotencyRecords(
      Statements statements, StoreSignals sender, String replica, Duration silent) {
    this.statements = statements;
    this.sender = sender;
    this.replica = replica;
    this.silent = silent;
  }

  @Override
  public CompletionStage<Claim> claim(String key, String bodyHash, String claim) {
    String name = Columns.storable(key);
    return statements.write(
        "idempotency.claim",
        GroupPlace.of(Rank.KEY, name),
        (handle, signals) -> {
          boolean taken = take(handle, name, bodyHash, claim);
          Optional<Answered> answered = find(handle, name);
          if (answered.isPresent()) {
            if (taken) {
              release(handle, name, claim);
            }
            return answered.get();
          }
          return taken ? new Ours() : elsewhere(handle, name);
        });
  }

  private boolean take(Handle handle, String key, String bodyHash, String claim) {
    return handle
            .createUpdate(TAKE)
            .bind("key", key)
            .bind("bodyHash", Columns.storable(bodyHash))
            .bind("me", replica)
            .bind("claim", claim)
            .bind("silent", silentNow().toMillis())
            .execute()
        == 1;
  }

  private Duration silentNow() {
    return silent.isZero() || !statements.justBack(BEAT_PATIENCE) ? silent : NONE_IS_DEAD;
  }

  private static Elsewhere elsewhere(Handle handle, String key) {
    return handle
        .createQuery("SELECT body_hash FROM keyed_requests WHERE request_key = :key")
        .bind("key", key)
        .mapTo(String.class)
        .findOne()
        .map(Elsewhere::new)
        .orElseGet(() -> new Elsewhere(""));
  }

  @Override
  public CompletionStage<Optional<Answered>> find(String key) {
    return statements.run("idempotency.find", handle -> find(handle, Columns.storable(key)));
  }

  private static Optional<Answered> find(Handle handle, String key) {
    return handle
        .createQuery(FIND)
        .bind("key", key)
        .map(
            (row, context) ->
                new Answered(
                    row.getString("body_hash"), row.getInt("status"), row.getBytes("body")))
        .findOne();
  }

  @Override
  public CompletionStage<Void> record(String key, String claim, Answered answer, Duration keep) {
    String name = Columns.storable(key);
    return statements.write(
        "idempotency.record",
        GroupPlace.of(Rank.KEY, name),
        (handle, signals) -> {
          release(handle, name, claim);
          handle
              .createUpdate(RECORD)
              .bind("key", name)
              .bind("bodyHash", Columns.storable(answer.bodyHash()))
              .bind("status", answer.status())
              .bind("body", answer.body())
              .bind("keep", keep.toMillis())
              .execute();
          signals.accept(new FleetSignal.KeySettled(key));
          return null;
        });
  }

  @Override
  public CompletionStage<Void> release(String key, String claim) {
    String name = Columns.storable(key);
    SignalledChange<String> release =
        new SignalledChange<>(
            RELEASE + " RETURNING claim",
            query -> query.bind("key", name).bind("claim", claim),
            (row, context) -> row.getString("claim"),
            new FleetSignal.KeySettled(key));
    return statements.write(
        "idempotency.letGo",
        GroupPlace.of(Rank.KEY, name),
        (handle, signals) -> {
          release.execute(handle, signals);
          return null;
        },
        handle -> {
          release.commit(handle, sender);
          return null;
        });
  }

  private static void release(Handle handle, String key, String claim) {
    handle.createUpdate(RELEASE).bind("key", key).bind("claim", claim).execute();
  }
}
