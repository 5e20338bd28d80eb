package io.gridfleet.lb.store;

import io.gridfleet.lb.session.IdempotencyRecords;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Idempotency records as rows; one whose time is over makes room for a new one. */
final class SqlIdempotencyRecords implements IdempotencyRecords {
  private final Statements statements;

  SqlIdempotencyRecords(Statements statements) {
    this.statements = statements;
  }

  @Override
  public CompletionStage<Optional<Answered>> find(String key) {
    return statements.run(
        "idempotency.find",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT body_hash, status, body FROM idempotency_records
                    WHERE request_key = :key AND expires > <now>
                    """)
                .bind("key", Columns.storable(key))
                .map(
                    (row, context) ->
                        new Answered(
                            row.getString("body_hash"), row.getInt("status"), row.getBytes("body")))
                .findOne());
  }

  @Override
  public CompletionStage<Void> record(String key, Answered answer, Duration keep) {
    return statements.run(
        "idempotency.record",
        handle -> {
          handle
              .createUpdate(
                  """
                  INSERT INTO idempotency_records (request_key, body_hash, status, body, expires)
                  VALUES (:key, :bodyHash, :status, :body, <now> + :keep)
                  ON CONFLICT (request_key) DO UPDATE
                  SET body_hash = excluded.body_hash, status = excluded.status,
                      body = excluded.body, expires = excluded.expires
                  WHERE idempotency_records.expires <= <now>
                  """)
              .bind("key", Columns.storable(key))
              .bind("bodyHash", Columns.storable(answer.bodyHash()))
              .bind("status", answer.status())
              .bind("body", answer.body())
              .bind("keep", keep.toMillis())
              .execute();
          return null;
        });
  }
}
