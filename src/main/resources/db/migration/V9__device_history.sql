-- What happened to devices, for people: nothing depends on these rows. Written by the replica that
-- caused a period. planned_end is the end that was known when it began; a row whose planned end has
-- passed has ended then. Of a kind other than sessions and attempts a device has one open row.
CREATE TABLE device_periods (
  id          TEXT   NOT NULL PRIMARY KEY,
  device      TEXT   NOT NULL,
  device_name TEXT   NOT NULL,
  platform    TEXT   NOT NULL,
  kind        TEXT   NOT NULL,
  began       BIGINT NOT NULL,
  ended       BIGINT,
  planned_end BIGINT,
  session     TEXT,
  request     TEXT,
  run         TEXT,
  tenant      TEXT,
  cause       TEXT   NOT NULL,
  text        TEXT   NOT NULL,
  replica     TEXT   NOT NULL
);
CREATE UNIQUE INDEX device_periods_open ON device_periods (device, kind)
  WHERE ended IS NULL AND kind NOT IN ('SESSION', 'FAILED_ATTEMPT');
CREATE INDEX device_periods_device ON device_periods (device, began, id);
CREATE INDEX device_periods_kind ON device_periods (kind, began);
CREATE INDEX device_periods_ended ON device_periods (kind, ended) WHERE ended IS NOT NULL;
CREATE INDEX device_periods_unended ON device_periods (kind) WHERE ended IS NULL;
CREATE INDEX device_periods_newest ON device_periods (began, id);
