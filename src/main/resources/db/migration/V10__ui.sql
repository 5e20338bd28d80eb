-- The key that signs the web UI's cookies, the same for all replicas.
CREATE TABLE ui_key (
  id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  secret TEXT    NOT NULL
);

-- Sign-ins of the web UI that were ended before they expire.
CREATE TABLE ended_sign_ins (
  id      TEXT   NOT NULL PRIMARY KEY,
  expires BIGINT NOT NULL
);
CREATE INDEX ended_sign_ins_expires ON ended_sign_ins (expires);
