-- Who ended a session, and who began and ended a period of a device: the role and the name of a
-- token, or absent where nobody did.
ALTER TABLE sessions ADD COLUMN ended_by TEXT;
ALTER TABLE device_periods ADD COLUMN began_by TEXT;
ALTER TABLE device_periods ADD COLUMN ended_by TEXT;
