-- How long a node may take to create the session of an attempt, and how long it keeps one without a
-- command, in milliseconds. limited_token: the lock that they are of; an older program leaves the
-- limits of an earlier lock of the slot.
ALTER TABLE device_locks ADD COLUMN limited_token BIGINT;
ALTER TABLE device_locks ADD COLUMN creation_limit BIGINT;
ALTER TABLE device_locks ADD COLUMN idle_limit BIGINT;
