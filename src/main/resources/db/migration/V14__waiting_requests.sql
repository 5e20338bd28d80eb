-- The requests that wait on each replica, so that the others show them; a process on SQLite writes
-- none. Each replica writes its own rows; those of a dead one are deleted. removal is the sentence
-- of an operator who takes the request out of the queue on another replica.
CREATE TABLE waiting_requests (
  id           TEXT    NOT NULL PRIMARY KEY,
  replica      TEXT    NOT NULL,
  replica_name TEXT    NOT NULL,
  priority     INTEGER NOT NULL,
  arrived      BIGINT  NOT NULL,
  tenant       TEXT    NOT NULL,
  run          TEXT,
  test_name    TEXT,
  client       TEXT    NOT NULL,
  asks         TEXT    NOT NULL,
  removal      TEXT
);
CREATE INDEX waiting_requests_replica ON waiting_requests (replica);
