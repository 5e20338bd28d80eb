-- New session requests with a key that a replica is telling the story of. claim tells apart the
-- times that one replica began with the same key.
CREATE TABLE keyed_requests (
  request_key TEXT NOT NULL PRIMARY KEY,
  body_hash   TEXT NOT NULL,
  replica     TEXT NOT NULL,
  claim       TEXT NOT NULL
);
