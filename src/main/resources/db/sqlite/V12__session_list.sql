-- The list of sessions: one row for each session id and for each key of a suite's report, with what
-- GET /api/sessions filters and sorts by. Triggers copy it from sessions and test_reports, so that
-- whichever program writes those, the list is current when its transaction commits; no program
-- writes here. The file of the same name for PostgreSQL differs in the triggers' language only.

CREATE TABLE session_list (
  session        TEXT NOT NULL PRIMARY KEY,
  -- Of the newest session with this id, absent if there is only a report.
  session_device TEXT,
  slot           INTEGER,
  token          BIGINT,
  created        BIGINT,
  session_tenant TEXT,
  session_run    TEXT,
  session_ended  BIGINT,
  end_reason     TEXT,
  -- Of the report, absent if there is none. outcome: the reported one, or else a final one of the
  -- registration.
  reported       BIGINT,
  report_device  TEXT,
  report_tenant  TEXT,
  report_run     TEXT,
  finished       BIGINT,
  outcome        TEXT,
  -- What is listed.
  started BIGINT GENERATED ALWAYS AS (coalesce(created, reported)) STORED,
  device  TEXT GENERATED ALWAYS AS (coalesce(session_device, report_device)) STORED,
  tenant  TEXT GENERATED ALWAYS AS (coalesce(session_tenant, report_tenant)) STORED,
  run     TEXT GENERATED ALWAYS AS (coalesce(session_run, report_run)) STORED,
  ended   BIGINT GENERATED ALWAYS AS (coalesce(session_ended, finished)) STORED,
  -- UNREPORTED: ended, and its suite may still report the outcome for a while.
  status  TEXT GENERATED ALWAYS AS (
    CASE
      WHEN outcome IS NOT NULL THEN outcome
      WHEN end_reason IS NOT NULL AND end_reason <> 'CLIENT_DELETED' THEN 'ERROR'
      WHEN coalesce(session_ended, finished) IS NULL THEN 'RUNNING'
      WHEN reported IS NOT NULL THEN 'UNREPORTED'
      ELSE 'PASSED'
    END) STORED
);

INSERT INTO session_list (session, session_device, slot, token, created, session_tenant,
  session_run, session_ended, end_reason)
SELECT id, device, slot, token, created, tenant, run, ended, end_reason FROM sessions
WHERE NOT EXISTS (
  SELECT 1 FROM sessions newer
  WHERE newer.id = sessions.id
    AND (newer.created, newer.token) > (sessions.created, sessions.token))
ON CONFLICT DO NOTHING;

INSERT INTO session_list (session, reported, report_device, report_tenant, report_run, finished,
  outcome)
SELECT session, reported, json_extract(body, '$.registration.device'),
  json_extract(body, '$.tenant'), json_extract(body, '$.registration.run'),
  json_extract(body, '$.finished'),
  coalesce(json_extract(body, '$.outcome'),
    nullif(json_extract(body, '$.registration.outcome'), 'RUNNING'))
FROM test_reports WHERE true
ON CONFLICT (session) DO UPDATE
SET reported = excluded.reported, report_device = excluded.report_device,
  report_tenant = excluded.report_tenant, report_run = excluded.report_run,
  finished = excluded.finished, outcome = excluded.outcome;

-- The order of the list is started, newest first, behind each of its filters.
CREATE INDEX session_list_started ON session_list (started);
CREATE INDEX session_list_tenant ON session_list (tenant, started);
CREATE INDEX session_list_device ON session_list (device, started);
CREATE INDEX session_list_run ON session_list (run, started) WHERE run IS NOT NULL;
CREATE INDEX session_list_status ON session_list (status, started);
CREATE INDEX session_list_tenant_status ON session_list (tenant, status, started);
CREATE INDEX session_list_unreported ON session_list (status, ended) WHERE status = 'UNREPORTED';

CREATE TRIGGER session_list_session_published
AFTER INSERT ON sessions
BEGIN
  INSERT INTO session_list (session, session_device, slot, token, created, session_tenant,
    session_run, session_ended, end_reason)
  VALUES (NEW.id, NEW.device, NEW.slot, NEW.token, NEW.created, NEW.tenant, NEW.run, NEW.ended,
    NEW.end_reason)
  ON CONFLICT (session) DO UPDATE
  SET session_device = excluded.session_device, slot = excluded.slot, token = excluded.token,
    created = excluded.created, session_tenant = excluded.session_tenant,
    session_run = excluded.session_run, session_ended = excluded.session_ended,
    end_reason = excluded.end_reason
  WHERE session_list.created IS NULL
    OR (session_list.created, session_list.token) <= (excluded.created, excluded.token)
    OR (session_list.session_device, session_list.slot, session_list.token)
      = (excluded.session_device, excluded.slot, excluded.token);
END;

CREATE TRIGGER session_list_session_changed
AFTER UPDATE OF id, created, token, device, slot, tenant, run, ended, end_reason ON sessions
BEGIN
  INSERT INTO session_list (session, session_device, slot, token, created, session_tenant,
    session_run, session_ended, end_reason)
  VALUES (NEW.id, NEW.device, NEW.slot, NEW.token, NEW.created, NEW.tenant, NEW.run, NEW.ended,
    NEW.end_reason)
  ON CONFLICT (session) DO UPDATE
  SET session_device = excluded.session_device, slot = excluded.slot, token = excluded.token,
    created = excluded.created, session_tenant = excluded.session_tenant,
    session_run = excluded.session_run, session_ended = excluded.session_ended,
    end_reason = excluded.end_reason
  WHERE session_list.created IS NULL
    OR (session_list.created, session_list.token) <= (excluded.created, excluded.token)
    OR (session_list.session_device, session_list.slot, session_list.token)
      = (excluded.session_device, excluded.slot, excluded.token);
END;

CREATE TRIGGER session_list_session_deleted
AFTER DELETE ON sessions
BEGIN
  UPDATE session_list
  SET (session_device, slot, token, created, session_tenant, session_run, session_ended, end_reason)
    = (SELECT device, slot, token, created, tenant, run, ended, end_reason FROM sessions
       WHERE id = OLD.id ORDER BY created DESC, token DESC LIMIT 1)
  WHERE session = OLD.id
    AND (session_device, slot, token) = (OLD.device, OLD.slot, OLD.token);
  DELETE FROM session_list WHERE session = OLD.id AND started IS NULL;
END;

CREATE TRIGGER session_list_report_written
AFTER INSERT ON test_reports
BEGIN
  INSERT INTO session_list (session, reported, report_device, report_tenant, report_run, finished,
    outcome)
  VALUES (NEW.session, NEW.reported, json_extract(NEW.body, '$.registration.device'),
    json_extract(NEW.body, '$.tenant'), json_extract(NEW.body, '$.registration.run'),
    json_extract(NEW.body, '$.finished'),
    coalesce(json_extract(NEW.body, '$.outcome'),
      nullif(json_extract(NEW.body, '$.registration.outcome'), 'RUNNING')))
  ON CONFLICT (session) DO UPDATE
  SET reported = excluded.reported, report_device = excluded.report_device,
    report_tenant = excluded.report_tenant, report_run = excluded.report_run,
    finished = excluded.finished, outcome = excluded.outcome;
END;

CREATE TRIGGER session_list_report_changed
AFTER UPDATE OF session, reported, body ON test_reports
BEGIN
  INSERT INTO session_list (session, reported, report_device, report_tenant, report_run, finished,
    outcome)
  VALUES (NEW.session, NEW.reported, json_extract(NEW.body, '$.registration.device'),
    json_extract(NEW.body, '$.tenant'), json_extract(NEW.body, '$.registration.run'),
    json_extract(NEW.body, '$.finished'),
    coalesce(json_extract(NEW.body, '$.outcome'),
      nullif(json_extract(NEW.body, '$.registration.outcome'), 'RUNNING')))
  ON CONFLICT (session) DO UPDATE
  SET reported = excluded.reported, report_device = excluded.report_device,
    report_tenant = excluded.report_tenant, report_run = excluded.report_run,
    finished = excluded.finished, outcome = excluded.outcome;
END;

CREATE TRIGGER session_list_report_deleted
AFTER DELETE ON test_reports
BEGIN
  UPDATE session_list
  SET reported = NULL, report_device = NULL, report_tenant = NULL, report_run = NULL,
    finished = NULL, outcome = NULL
  WHERE session = OLD.session;
  DELETE FROM session_list WHERE session = OLD.session AND started IS NULL;
END;
