-- Runs and what suites report. body is a JSON object with everything; the columns beside it are
-- what is searched and sorted by. version lets a change notice that it came second.
CREATE TABLE runs (
  id        TEXT   NOT NULL PRIMARY KEY,
  version   BIGINT NOT NULL,
  name      TEXT   NOT NULL,
  state     TEXT   NOT NULL,
  created   BIGINT NOT NULL,
  completed BIGINT,
  body      TEXT   NOT NULL
);
CREATE INDEX runs_created ON runs (created);
CREATE INDEX runs_live ON runs (state) WHERE state IN ('PREPARING', 'ACTIVE');
CREATE INDEX runs_completed ON runs (completed) WHERE completed IS NOT NULL;

-- A device is in one reservation at the most that isn't released.
CREATE TABLE reserved_devices (
  device TEXT NOT NULL PRIMARY KEY,
  run    TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE
);
CREATE INDEX reserved_devices_run ON reserved_devices (run);

CREATE TABLE test_reports (
  session  TEXT   NOT NULL PRIMARY KEY,
  version  BIGINT NOT NULL,
  reported BIGINT NOT NULL,
  body     TEXT   NOT NULL
);
CREATE INDEX test_reports_reported ON test_reports (reported);
