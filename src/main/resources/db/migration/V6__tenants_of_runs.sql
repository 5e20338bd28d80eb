-- Who began a run, so that a list shows a tenant its own. Runs that are older have none.
ALTER TABLE runs ADD COLUMN tenant TEXT;
CREATE INDEX runs_tenant ON runs (tenant, created) WHERE tenant IS NOT NULL;
