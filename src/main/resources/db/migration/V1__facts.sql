-- The facts that must survive a crash. One set of statements serves SQLite and PostgreSQL.
-- Times are epoch milliseconds by the store's own clock; spans are milliseconds.

-- One row a slot, kept when the slot is free so that its token goes on growing.
-- holder is null while the slot is free. ENDING: the session has ended here, not yet on
-- its node. claimed_by: a replica cleans up after one that died.
CREATE TABLE device_locks (
  device        TEXT    NOT NULL,
  slot          INTEGER NOT NULL,
  token         BIGINT  NOT NULL,
  holder        TEXT,
  kind          TEXT CHECK (kind IN ('ATTEMPT', 'SESSION', 'ENDING', 'OPERATOR')),
  since         BIGINT  NOT NULL,
  expires       BIGINT,
  claimed_by    TEXT,
  claimed_until BIGINT,
  PRIMARY KEY (device, slot),
  CHECK ((holder IS NULL) = (kind IS NULL)),
  CHECK ((expires IS NOT NULL) = (kind IS NOT NULL AND kind IN ('ATTEMPT', 'ENDING')))
);
CREATE INDEX device_locks_expiring ON device_locks (expires) WHERE expires IS NOT NULL;

-- A lock's token is never given out twice, so a lock names its session for good.
CREATE TABLE sessions (
  device          TEXT    NOT NULL,
  slot            INTEGER NOT NULL,
  token           BIGINT  NOT NULL,
  id              TEXT    NOT NULL,
  node            TEXT    NOT NULL,
  tenant          TEXT    NOT NULL,
  run             TEXT,
  test_name       TEXT,
  idle_limit      BIGINT  NOT NULL,
  command_timeout BIGINT  NOT NULL,
  direct          BOOLEAN NOT NULL,
  capabilities    TEXT    NOT NULL, -- a JSON object
  tunnels         TEXT    NOT NULL, -- a JSON object
  created         BIGINT  NOT NULL,
  last_activity   BIGINT  NOT NULL,
  ended           BIGINT,
  end_reason      TEXT,
  PRIMARY KEY (device, slot, token),
  CHECK ((ended IS NULL) = (end_reason IS NULL))
);
CREATE UNIQUE INDEX sessions_live ON sessions (id) WHERE ended IS NULL;
CREATE INDEX sessions_newest ON sessions (created);
CREATE INDEX sessions_ended ON sessions (ended) WHERE ended IS NOT NULL;

CREATE TABLE avoided_devices (
  device  TEXT   NOT NULL PRIMARY KEY,
  expires BIGINT NOT NULL,
  cause   TEXT   NOT NULL
);

-- tags and test_data are JSON objects. version lets a change notice that it came second.
CREATE TABLE device_overrides (
  device      TEXT   NOT NULL PRIMARY KEY,
  maintenance TEXT,
  tags        TEXT   NOT NULL,
  test_data   TEXT   NOT NULL,
  version     BIGINT NOT NULL
);

CREATE TABLE idempotency_records (
  request_key TEXT    NOT NULL PRIMARY KEY,
  body_hash   TEXT    NOT NULL,
  status      INTEGER NOT NULL,
  body        BYTEA   NOT NULL,
  expires     BIGINT  NOT NULL
);
CREATE INDEX idempotency_records_expiring ON idempotency_records (expires);

CREATE TABLE replicas (
  id        TEXT   NOT NULL PRIMARY KEY,
  name      TEXT   NOT NULL,
  started   BIGINT NOT NULL,
  heartbeat BIGINT NOT NULL
);

-- Work that one replica does for all: due says when the next turn begins.
CREATE TABLE duties (
  name   TEXT   NOT NULL PRIMARY KEY,
  holder TEXT   NOT NULL,
  due    BIGINT NOT NULL
);
