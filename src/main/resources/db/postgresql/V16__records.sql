-- Records of sessions in tables that are appended to: a row's key and the entries of its indexes come
-- in the order of time, since an entry at a random place makes a page of the index dirty. The file of
-- the same name for SQLite differs in the types of keys and in three indexes.

ALTER TABLE request_records RENAME TO former_request_records;
ALTER TABLE request_details RENAME TO former_request_details;
ALTER TABLE device_periods RENAME TO former_device_periods;
ALTER TABLE session_commands RENAME TO former_session_commands;

-- seq: the order in which rows were written. body is a JSON object: what was asked, and the steps.
CREATE TABLE request_records (
  seq          BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
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
  replica_name TEXT    NOT NULL,
  body         TEXT    NOT NULL
);

INSERT INTO request_records (id, arrived, ended, outcome, tenant, run, test_name, client, selector,
  session, device, device_name, attempts, waited, at_nodes, total, error, replica, replica_name, body)
SELECT former_request_records.id, arrived, ended, outcome, tenant, run, test_name, client, selector,
  session, device, device_name, attempts, waited, at_nodes, total, error, replica, replica_name, body
FROM former_request_records
  JOIN former_request_details ON former_request_details.id = former_request_records.id
ORDER BY arrived, former_request_records.id;

DROP TABLE former_request_details;
DROP TABLE former_request_records;

-- PostgreSQL limits the size of an entry of an index, so that of the newest has no texts of clients.
CREATE INDEX request_records_newest ON request_records (arrived, id);
CREATE INDEX request_records_tenant ON request_records (tenant, arrived, id);
CREATE INDEX request_records_run ON request_records (run, arrived, id) WHERE run IS NOT NULL;
CREATE INDEX request_records_open ON request_records (replica) WHERE ended IS NULL;

-- A period is named by its device, its begin and its id.
CREATE TABLE device_periods (
  seq          BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id           TEXT    NOT NULL,
  device       TEXT    NOT NULL,
  device_name  TEXT    NOT NULL,
  platform     TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  began        BIGINT  NOT NULL,
  ended        BIGINT,
  planned_end  BIGINT,
  session      TEXT,
  request      TEXT,
  run          TEXT,
  tenant       TEXT,
  cause        TEXT    NOT NULL,
  text         TEXT    NOT NULL,
  replica      TEXT    NOT NULL,
  began_by     TEXT,
  ended_by     TEXT
);

INSERT INTO device_periods (id, device, device_name, platform, kind, began, ended, planned_end,
  session, request, run, tenant, cause, text, replica, began_by, ended_by)
SELECT id, device, device_name, platform, kind, began, ended, planned_end, session, request, run,
  tenant, cause, text, replica, began_by, ended_by
FROM former_device_periods
ORDER BY began, id;

DROP TABLE former_device_periods;

CREATE UNIQUE INDEX device_periods_device ON device_periods (device, began, id);
CREATE UNIQUE INDEX device_periods_open ON device_periods (device, kind)
  WHERE ended IS NULL AND kind NOT IN ('SESSION', 'FAILED_ATTEMPT');
CREATE INDEX device_periods_ended ON device_periods (kind, ended) WHERE ended IS NOT NULL;
CREATE INDEX device_periods_unended ON device_periods (kind, id) WHERE ended IS NULL;

-- began: when the replica made the first record of the session, between its begin and its end or soon
-- after it, which is what the rows of a session are found by. body is a JSON object.
CREATE TABLE session_commands (
  began   BIGINT NOT NULL,
  session TEXT   NOT NULL,
  replica TEXT   NOT NULL,
  body    TEXT   NOT NULL,
  PRIMARY KEY (began, session, replica)
);

INSERT INTO session_commands (began, session, replica, body)
SELECT updated, session, replica, body FROM former_session_commands
ORDER BY updated, session, replica;

DROP TABLE former_session_commands;

ANALYZE request_records;
ANALYZE device_periods;
ANALYZE session_commands;
