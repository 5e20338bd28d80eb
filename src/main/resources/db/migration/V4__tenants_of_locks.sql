-- Whose session a lock is held for, so that a token's cap is counted where locks are taken.
ALTER TABLE device_locks ADD COLUMN tenant TEXT;
CREATE INDEX device_locks_tenant ON device_locks (tenant) WHERE tenant IS NOT NULL;
UPDATE device_locks
SET tenant = (
  SELECT sessions.tenant FROM sessions
  WHERE sessions.device = device_locks.device AND sessions.slot = device_locks.slot
    AND sessions.token = device_locks.token)
WHERE holder IS NOT NULL;
