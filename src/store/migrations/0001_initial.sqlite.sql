-- Times are milliseconds since 1970 (UTC), ids 16 bytes, hashes SHA-256. docs/decisions/0010 to
-- 0014 say why the tables look like this.
PRAGMA application_id = 1129079158;  -- "CLav"

CREATE TABLE meta (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  environment TEXT NOT NULL,
  token_rows INTEGER NOT NULL DEFAULT 0,
  pruned_before_ms INTEGER NOT NULL DEFAULT 0  -- prune has taken tokens that expired before this
) STRICT;

-- generation counts how often all the tokens below were taken back at once. A token keeps the
-- generations that it was issued under, and lives only while they are still the current ones.
CREATE TABLE clients (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  name TEXT NOT NULL,
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  generation INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL,
  api_key_hash BLOB NOT NULL UNIQUE CHECK (length(api_key_hash) = 32),
  api_key_preview TEXT NOT NULL,
  api_key_created_at_ms INTEGER NOT NULL,
  previous_api_key_hash BLOB,
  previous_api_key_expires_at_ms INTEGER,
  last_used_at_ms INTEGER,
  user_count INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX clients_by_previous_api_key ON clients (previous_api_key_hash);

-- ordinal numbers a client's users from 1 to clients.user_count, without holes.
CREATE TABLE users (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  client_id BLOB NOT NULL REFERENCES clients (id),
  ordinal INTEGER NOT NULL,
  identifier TEXT NOT NULL,
  scopes TEXT NOT NULL,
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  generation INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL,
  secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
  secret_preview TEXT NOT NULL,
  secret_created_at_ms INTEGER NOT NULL,
  previous_secret_hash BLOB,
  previous_secret_expires_at_ms INTEGER,
  last_used_at_ms INTEGER,
  UNIQUE (client_id, identifier),
  UNIQUE (client_id, ordinal)
) STRICT, WITHOUT ROWID;

-- user_id and client_id are no foreign keys: a token whose user or client is gone is dead, waits
-- for its expiry, and costs an insert no look-up.
CREATE TABLE tokens (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  user_id BLOB NOT NULL,
  client_id BLOB NOT NULL,
  user_generation INTEGER NOT NULL,
  client_generation INTEGER NOT NULL,
  preview TEXT NOT NULL,
  created_by_username TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  is_revoked INTEGER NOT NULL DEFAULT 0 CHECK (is_revoked IN (0, 1)),
  revoked_at_ms INTEGER,
  last_used_at_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_user ON tokens (user_id, id);
CREATE INDEX tokens_by_client ON tokens (client_id, id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at_ms);

-- What was taken back or changed, in the order of commits: one entry, one epoch. The triggers
-- below write it, whoever makes the change.
CREATE TABLE fence_counter (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  epoch INTEGER NOT NULL
) STRICT;
INSERT INTO fence_counter (one, epoch) VALUES (1, 0);
CREATE TABLE fence_log (
  epoch INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('T', 'U', 'C')),
  key BLOB NOT NULL
) STRICT;

CREATE TRIGGER tokens_changed
AFTER UPDATE OF user_generation, client_generation, expires_at_ms, is_revoked ON tokens
BEGIN
  UPDATE fence_counter SET epoch = epoch + 1;
  INSERT INTO fence_log (epoch, kind, key) SELECT epoch, 'T', OLD.id FROM fence_counter;
  UPDATE tokens SET revoked_at_ms = unixepoch() * 1000
  WHERE id = NEW.id AND is_revoked = 1 AND revoked_at_ms IS NULL;
END;

CREATE TRIGGER tokens_deleted
AFTER DELETE ON tokens
WHEN OLD.expires_at_ms >= (SELECT pruned_before_ms FROM meta)
BEGIN
  UPDATE fence_counter SET epoch = epoch + 1;
  INSERT INTO fence_log (epoch, kind, key) SELECT epoch, 'T', OLD.id FROM fence_counter;
END;

CREATE TRIGGER users_changed
AFTER UPDATE OF identifier, scopes, is_active, generation, secret_hash, previous_secret_hash,
  previous_secret_expires_at_ms ON users
BEGIN
  UPDATE fence_counter SET epoch = epoch + 1;
  INSERT INTO fence_log (epoch, kind, key) SELECT epoch, 'U', OLD.id FROM fence_counter;
END;

CREATE TRIGGER users_deleted
AFTER DELETE ON users
BEGIN
  UPDATE fence_counter SET epoch = epoch + 1;
  INSERT INTO fence_log (epoch, kind, key) SELECT epoch, 'U', OLD.id FROM fence_counter;
  UPDATE users SET ordinal = OLD.ordinal  -- the last user moves into the hole
  WHERE client_id = OLD.client_id
    AND ordinal = (SELECT user_count FROM clients WHERE id = OLD.client_id);
  UPDATE clients SET user_count = user_count - 1 WHERE id = OLD.client_id;
END;

CREATE TRIGGER clients_changed
AFTER UPDATE OF is_active, generation, api_key_hash, previous_api_key_hash,
  previous_api_key_expires_at_ms ON clients
BEGIN
  UPDATE fence_counter SET epoch = epoch + 1;
  INSERT INTO fence_log (epoch, kind, key) SELECT epoch, 'C', OLD.id FROM fence_counter;
END;

CREATE TRIGGER clients_deleted
AFTER DELETE ON clients
BEGIN
  UPDATE fence_counter SET epoch = epoch + 1;
  INSERT INTO fence_log (epoch, kind, key) SELECT epoch, 'C', OLD.id FROM fence_counter;
END;

-- Deactivation ends the tokens for good: activating again brings none of them back.
CREATE TRIGGER users_deactivated
AFTER UPDATE OF is_active ON users
WHEN OLD.is_active = 1 AND NEW.is_active = 0
BEGIN
  UPDATE users SET generation = generation + 1 WHERE id = NEW.id;
END;

CREATE TRIGGER clients_deactivated
AFTER UPDATE OF is_active ON clients
WHEN OLD.is_active = 1 AND NEW.is_active = 0
BEGIN
  UPDATE clients SET generation = generation + 1 WHERE id = NEW.id;
END;

CREATE TRIGGER tokens_added
AFTER INSERT ON tokens
BEGIN
  UPDATE meta SET token_rows = token_rows + 1;
END;

CREATE TRIGGER tokens_removed
AFTER DELETE ON tokens
BEGIN
  UPDATE meta SET token_rows = token_rows - 1;
END;

CREATE TRIGGER users_added
AFTER INSERT ON users
BEGIN
  UPDATE clients SET user_count = user_count + 1 WHERE id = NEW.client_id;
END;

-- REPLACE removes rows without firing delete triggers, so it is refused wherever it could remove
-- one unseen; an object never changes its id or its owner.
CREATE TRIGGER tokens_not_replaced
BEFORE INSERT ON tokens
WHEN EXISTS (SELECT 1 FROM tokens WHERE id = NEW.id)
BEGIN
  SELECT RAISE (ABORT, 'a token with this id exists');
END;

CREATE TRIGGER users_not_replaced
BEFORE INSERT ON users
WHEN EXISTS (
  SELECT 1 FROM users
  WHERE id = NEW.id OR (client_id = NEW.client_id AND identifier = NEW.identifier))
  OR NEW.ordinal IS NOT (SELECT user_count + 1 FROM clients WHERE id = NEW.client_id)
BEGIN
  SELECT RAISE (ABORT, 'the user exists, or ordinal is not clients.user_count + 1');
END;

CREATE TRIGGER users_not_merged
BEFORE UPDATE OF identifier, ordinal ON users
WHEN EXISTS (
  SELECT 1 FROM users
  WHERE client_id = NEW.client_id AND id <> OLD.id
    AND (identifier = NEW.identifier OR ordinal = NEW.ordinal))
BEGIN
  SELECT RAISE (ABORT, 'another user of the client has this identifier or ordinal');
END;

CREATE TRIGGER clients_not_replaced
BEFORE INSERT ON clients
WHEN EXISTS (SELECT 1 FROM clients WHERE id = NEW.id OR api_key_hash = NEW.api_key_hash)
BEGIN
  SELECT RAISE (ABORT, 'a client with this id or API key exists');
END;

CREATE TRIGGER clients_not_merged
BEFORE UPDATE OF api_key_hash ON clients
WHEN EXISTS (SELECT 1 FROM clients WHERE api_key_hash = NEW.api_key_hash AND id <> OLD.id)
BEGIN
  SELECT RAISE (ABORT, 'another client has this API key');
END;

CREATE TRIGGER tokens_stay
BEFORE UPDATE OF id, user_id, client_id ON tokens
BEGIN
  SELECT RAISE (ABORT, 'a token keeps its id, user and client');
END;

CREATE TRIGGER users_stay
BEFORE UPDATE OF id, client_id ON users
BEGIN
  SELECT RAISE (ABORT, 'a user keeps its id and client');
END;

CREATE TRIGGER clients_stay
BEFORE UPDATE OF id ON clients
BEGIN
  SELECT RAISE (ABORT, 'a client keeps its id');
END;
