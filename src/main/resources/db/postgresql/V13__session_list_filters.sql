-- The name of the test and the reason of the end as filters of the list of sessions. The name is that
-- of the suite's report, or else of the newest session, at most the 512 characters that are shown.
-- The triggers are those of version 12 with the name.

-- Writers wait until the list is complete.
LOCK TABLE sessions, test_reports IN SHARE ROW EXCLUSIVE MODE;

-- JSON may hold U+0000, which PostgreSQL can't read.
CREATE FUNCTION session_list_test(body TEXT) RETURNS TEXT
LANGUAGE sql IMMUTABLE
AS $$
  SELECT substr(CAST(replace(body, '\u0000', '\ufffd') AS json) #>> '{registration,testName}',
    1, 512)
$$;

ALTER TABLE session_list ADD COLUMN session_test TEXT;
ALTER TABLE session_list ADD COLUMN report_test TEXT;

UPDATE session_list SET session_test = (
  SELECT substr(test_name, 1, 512) FROM sessions
  WHERE device = session_list.session_device AND slot = session_list.slot
    AND token = session_list.token)
WHERE session_device IS NOT NULL;

UPDATE session_list SET report_test = (
  SELECT session_list_test(body)
  FROM test_reports WHERE test_reports.session = session_list.session)
WHERE reported IS NOT NULL;

ALTER TABLE session_list ADD COLUMN test TEXT
  GENERATED ALWAYS AS (coalesce(report_test, session_test)) STORED;

CREATE INDEX session_list_test ON session_list (test, started) WHERE test IS NOT NULL;
-- Nearly all sessions are deleted by their clients; those are found by the other indexes.
CREATE INDEX session_list_end_reason ON session_list (end_reason, started)
WHERE end_reason <> 'CLIENT_DELETED';
CREATE INDEX session_list_tenant_end_reason ON session_list (tenant, end_reason, started)
WHERE end_reason <> 'CLIENT_DELETED';
ANALYZE session_list;

CREATE OR REPLACE FUNCTION session_list_session_written()
RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
  INSERT INTO session_list (session, session_device, slot, token, created, session_tenant,
    session_run, session_ended, end_reason, session_test)
  VALUES (NEW.id, NEW.device, NEW.slot, NEW.token, NEW.created, NEW.tenant, NEW.run, NEW.ended,
    NEW.end_reason, substr(NEW.test_name, 1, 512))
  ON CONFLICT (session) DO UPDATE
  SET session_device = excluded.session_device, slot = excluded.slot, token = excluded.token,
    created = excluded.created, session_tenant = excluded.session_tenant,
    session_run = excluded.session_run, session_ended = excluded.session_ended,
    end_reason = excluded.end_reason, session_test = excluded.session_test
  WHERE session_list.created IS NULL
    OR (session_list.created, session_list.token) <= (excluded.created, excluded.token)
    OR (session_list.session_device, session_list.slot, session_list.token)
      = (excluded.session_device, excluded.slot, excluded.token);
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER session_list_session_written
AFTER INSERT OR UPDATE OF id, created, token, device, slot, tenant, run, test_name, ended,
  end_reason
ON sessions
FOR EACH ROW EXECUTE FUNCTION session_list_session_written();

CREATE OR REPLACE FUNCTION session_list_session_deleted()
RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
  UPDATE session_list
  SET (session_device, slot, token, created, session_tenant, session_run, session_ended, end_reason,
    session_test)
    = (SELECT device, slot, token, created, tenant, run, ended, end_reason, substr(test_name, 1, 512)
       FROM sessions WHERE id = OLD.id ORDER BY created DESC, token DESC LIMIT 1)
  WHERE session = OLD.id
    AND (session_device, slot, token) = (OLD.device, OLD.slot, OLD.token);
  DELETE FROM session_list WHERE session = OLD.id AND started IS NULL;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION session_list_report_written()
RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
  INSERT INTO session_list (session, reported, report_device, report_tenant, report_run, finished,
    outcome, report_test)
  SELECT NEW.session, NEW.reported, read.device, read.tenant, read.run, read.finished, read.outcome,
    session_list_test(NEW.body)
  FROM session_list_report(NEW.body) read
  ON CONFLICT (session) DO UPDATE
  SET reported = excluded.reported, report_device = excluded.report_device,
    report_tenant = excluded.report_tenant, report_run = excluded.report_run,
    finished = excluded.finished, outcome = excluded.outcome,
    report_test = excluded.report_test;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION session_list_report_deleted()
RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
  UPDATE session_list
  SET reported = NULL, report_device = NULL, report_tenant = NULL, report_run = NULL,
    finished = NULL, outcome = NULL, report_test = NULL
  WHERE session = OLD.session;
  DELETE FROM session_list WHERE session = OLD.session AND started IS NULL;
  RETURN NULL;
END
$$;
