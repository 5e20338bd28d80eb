-- Sessions are looked up by their id after their end too, and by the run that they belong to.
CREATE INDEX sessions_id ON sessions (id);
CREATE INDEX sessions_run ON sessions (run) WHERE run IS NOT NULL;

-- The run that a report names, where it does.
ALTER TABLE test_reports ADD COLUMN run TEXT;
CREATE INDEX test_reports_run ON test_reports (run) WHERE run IS NOT NULL;
