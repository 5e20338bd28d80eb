-- What happened to new session requests, for people: nothing depends on these rows. Spans are
-- milliseconds; what lists don't show is in a table of its own, so that they read little.
CREATE TABLE request_records (
  id           TEXT    NOT NULL PRIMARY KEY,
  arrived      BIGINT  NOT NULL,
  ended        BIGINT,
  outcome      TEXT    NOT NULL,
  tenant       TEXT    NOT NULL,
  run          TEXT,
  test_name    TEXT,
  client       TEXT    NOT NULL,
  selector     TEXT    NOT NULL,
  session      TEXT,
  device       TEXT,
  device_name  TEXT,
  attempts     INTEGER NOT NULL,
  waited       BIGINT  NOT NULL,
  at_nodes     BIGINT  NOT NULL,
  total        BIGINT,
  error        TEXT,
  replica      TEXT    NOT NULL,
  replica_name TEXT    NOT NULL
);
CREATE INDEX request_records_newest ON request_records (arrived, id);
CREATE INDEX request_records_tenant ON request_records (tenant, arrived, id);
CREATE INDEX request_records_run ON request_records (run, arrived) WHERE run IS NOT NULL;
CREATE INDEX request_records_session ON request_records (session) WHERE session IS NOT NULL;
CREATE INDEX request_records_device ON request_records (device, arrived) WHERE device IS NOT NULL;
CREATE INDEX request_records_open ON request_records (replica) WHERE ended IS NULL;

-- body is a JSON object: what was asked, and the steps.
CREATE TABLE request_details (
  id   TEXT NOT NULL PRIMARY KEY REFERENCES request_records (id) ON DELETE CASCADE,
  body TEXT NOT NULL
);
