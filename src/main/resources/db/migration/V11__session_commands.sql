-- What sessions' commands came to, for people: a row for each replica that relayed some.
-- body is a JSON object.
CREATE TABLE session_commands (
  session TEXT   NOT NULL,
  replica TEXT   NOT NULL,
  updated BIGINT NOT NULL,
  body    TEXT   NOT NULL,
  PRIMARY KEY (session, replica)
);
CREATE INDEX session_commands_updated ON session_commands (updated);
