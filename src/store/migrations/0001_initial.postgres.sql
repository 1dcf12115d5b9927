-- Times are milliseconds since 1970 (UTC), hashes SHA-256, texts compared byte by byte. The tables
-- are those of SQLite (0001 to 0005 there); docs/decisions/0082 says what differs.
CREATE TABLE meta (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  environment text NOT NULL,
  pruned_before_ms bigint NOT NULL DEFAULT 0,
  lease_ms bigint NOT NULL DEFAULT 2000 CHECK (lease_ms BETWEEN 500 AND 60000)
);

CREATE TABLE clients (
  id uuid PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  generation bigint NOT NULL DEFAULT 0,
  created_at_ms bigint NOT NULL,
  api_key_hash bytea NOT NULL UNIQUE CHECK (length(api_key_hash) = 32),
  api_key_preview text NOT NULL,
  api_key_created_at_ms bigint NOT NULL,
  previous_api_key_hash bytea,
  previous_api_key_expires_at_ms bigint,
  last_used_at_ms bigint,
  user_count bigint NOT NULL DEFAULT 0
);
CREATE INDEX clients_by_previous_api_key ON clients (previous_api_key_hash);
CREATE INDEX clients_by_name ON clients (name, id);

-- ordinal numbers a client's users from 1 to clients.user_count, without holes.
CREATE TABLE users (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES clients (id),
  ordinal bigint NOT NULL,
  identifier text COLLATE "C" NOT NULL,
  scopes text NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  generation bigint NOT NULL DEFAULT 0,
  created_at_ms bigint NOT NULL,
  secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
  secret_preview text NOT NULL,
  secret_created_at_ms bigint NOT NULL,
  previous_secret_hash bytea,
  previous_secret_expires_at_ms bigint,
  last_used_at_ms bigint,
  UNIQUE (client_id, identifier),
  UNIQUE (client_id, ordinal)
);
CREATE INDEX users_by_client ON users (client_id, id);
CREATE INDEX users_by_identifier ON users (identifier, id);
CREATE INDEX users_inactive ON users (id) WHERE NOT is_active;
CREATE INDEX users_inactive_by_identifier ON users (identifier, id) WHERE NOT is_active;

CREATE TABLE tokens (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  client_id uuid NOT NULL,
  user_generation bigint NOT NULL,
  client_generation bigint NOT NULL,
  preview text NOT NULL,
  created_by_username text NOT NULL,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  is_revoked boolean NOT NULL DEFAULT false,
  revoked_at_ms bigint,
  last_used_at_ms bigint
);
CREATE INDEX tokens_by_user ON tokens (user_id, id);
CREATE INDEX tokens_by_client ON tokens (client_id, id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at_ms);

-- The fence: docs/decisions/0081.
CREATE TABLE fence_counter (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO fence_counter (epoch) VALUES (0);
CREATE TABLE fence_log (
  epoch bigint PRIMARY KEY,
  stamp uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('T', 'U', 'C', 'K')),
  key uuid NOT NULL
);
CREATE TABLE fence_members (
  incarnation uuid PRIMARY KEY,
  label text NOT NULL,
  renewals bigint NOT NULL DEFAULT 0,
  acknowledged bigint NOT NULL DEFAULT -1
) WITH (fillfactor = 50);

CREATE TABLE audit_trail (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  id uuid NOT NULL,
  pruned_sequence bigint NOT NULL DEFAULT 0,
  pruned_hash bytea CHECK (length(pruned_hash) = 32),
  seal text
);
INSERT INTO audit_trail (id) VALUES (gen_random_uuid());

CREATE TABLE audit_log (
  sequence bigint PRIMARY KEY,
  at_ms bigint NOT NULL,
  actor text NOT NULL,
  actor_id bytea CHECK (length(actor_id) = 16),
  action text NOT NULL,
  object text NOT NULL,
  object_id bytea CHECK (length(object_id) = 16),
  client_id bytea CHECK (length(client_id) = 16),
  request_id bytea CHECK (length(request_id) = 8),
  address bytea CHECK (length(address) = 16),
  detail text NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE keys_seen (
  id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',  -- a key has none
  kid text COLLATE "C" PRIMARY KEY,
  first_seen_at_ms bigint NOT NULL,
  is_signing boolean NOT NULL DEFAULT false,
  retired_at_ms bigint
);

CREATE TABLE administrators (
  email text COLLATE "C" PRIMARY KEY,  -- in lower case
  role text NOT NULL CHECK (role IN ('administrator', 'auditor')),
  added_at_ms bigint NOT NULL,
  added_by text NOT NULL
);

CREATE TABLE admin_links (
  hash bytea PRIMARY KEY CHECK (length(hash) = 32),
  email text COLLATE "C" NOT NULL,
  role text NOT NULL CHECK (role IN ('administrator', 'auditor')),
  expires_at_ms bigint NOT NULL
);

CREATE TABLE admin_sessions (
  id uuid PRIMARY KEY,
  hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
  email text COLLATE "C" NOT NULL,
  role text NOT NULL CHECK (role IN ('administrator', 'auditor')),
  way text NOT NULL CHECK (way IN ('link', 'openid')),
  created_at_ms bigint NOT NULL,
  last_seen_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  address bytea NOT NULL CHECK (length(address) = 16)
);
CREATE INDEX admin_sessions_by_expiry ON admin_sessions (expires_at_ms, id);
CREATE INDEX admin_sessions_by_email ON admin_sessions (email);

-- Deactivation ends the tokens for good: activating again brings none of them back.
CREATE FUNCTION claviger_deactivation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.is_active AND NOT NEW.is_active AND NEW.generation = OLD.generation THEN
    NEW.generation := OLD.generation + 1;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER users_deactivated BEFORE UPDATE OF is_active ON users
  FOR EACH ROW EXECUTE FUNCTION claviger_deactivation();
CREATE TRIGGER clients_deactivated BEFORE UPDATE OF is_active ON clients
  FOR EACH ROW EXECUTE FUNCTION claviger_deactivation();

-- What is changed by hand, not by Claviger's own sessions, is brought into the log by triggers.
CREATE FUNCTION claviger_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE fence_counter SET epoch = epoch + 1;
  INSERT INTO fence_log (epoch, stamp, kind, key)
    SELECT epoch, gen_random_uuid(), TG_ARGV[0], OLD.id FROM fence_counter;
  PERFORM pg_notify('claviger_fence', '');
  RETURN NULL;
END $$;
CREATE FUNCTION claviger_by_hand() RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT current_setting('claviger.session', true) IS DISTINCT FROM 'on' $$;

CREATE TRIGGER tokens_changed
  AFTER UPDATE OF user_generation, client_generation, expires_at_ms, is_revoked ON tokens
  FOR EACH ROW WHEN (claviger_by_hand()) EXECUTE FUNCTION claviger_log('T');
CREATE TRIGGER tokens_deleted AFTER DELETE ON tokens
  FOR EACH ROW WHEN (claviger_by_hand()) EXECUTE FUNCTION claviger_log('T');
CREATE TRIGGER users_changed
  AFTER UPDATE OF identifier, scopes, is_active, generation, secret_hash, previous_secret_hash,
    previous_secret_expires_at_ms ON users
  FOR EACH ROW WHEN (claviger_by_hand()) EXECUTE FUNCTION claviger_log('U');
CREATE TRIGGER users_deleted AFTER DELETE ON users
  FOR EACH ROW WHEN (claviger_by_hand()) EXECUTE FUNCTION claviger_log('U');
CREATE TRIGGER clients_changed
  AFTER UPDATE OF is_active, generation, api_key_hash, previous_api_key_hash,
    previous_api_key_expires_at_ms ON clients
  FOR EACH ROW WHEN (claviger_by_hand()) EXECUTE FUNCTION claviger_log('C');
CREATE TRIGGER clients_deleted AFTER DELETE ON clients
  FOR EACH ROW WHEN (claviger_by_hand()) EXECUTE FUNCTION claviger_log('C');
CREATE TRIGGER keys_retired AFTER UPDATE OF retired_at_ms ON keys_seen
  FOR EACH ROW WHEN (claviger_by_hand()) EXECUTE FUNCTION claviger_log('K');

-- The last user moves into the place of one that is deleted.
CREATE FUNCTION claviger_close_hole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last bigint;
BEGIN
  SELECT user_count INTO last FROM clients WHERE id = OLD.client_id FOR UPDATE;
  UPDATE users SET ordinal = OLD.ordinal WHERE client_id = OLD.client_id AND ordinal = last;
  UPDATE clients SET user_count = user_count - 1 WHERE id = OLD.client_id;
  RETURN NULL;
END $$;
CREATE TRIGGER users_removed AFTER DELETE ON users
  FOR EACH ROW EXECUTE FUNCTION claviger_close_hole();

-- Against accidents, as on SQLite.
CREATE FUNCTION claviger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = TG_ARGV[0];
END $$;
CREATE TRIGGER audit_log_stays BEFORE UPDATE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION claviger_refuse('a row of the audit trail is never changed');
CREATE FUNCTION claviger_audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.sequence > (SELECT pruned_sequence FROM audit_trail) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
      MESSAGE = 'rows of the audit trail go by retention alone';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER audit_log_is_kept BEFORE DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION claviger_audit_kept();
CREATE TRIGGER tokens_stay BEFORE UPDATE OF id, user_id, client_id ON tokens
  FOR EACH ROW EXECUTE FUNCTION claviger_refuse('a token keeps its id, user and client');
CREATE TRIGGER users_stay BEFORE UPDATE OF id, client_id ON users
  FOR EACH ROW EXECUTE FUNCTION claviger_refuse('a user keeps its id and client');
CREATE TRIGGER clients_stay BEFORE UPDATE OF id ON clients
  FOR EACH ROW EXECUTE FUNCTION claviger_refuse('a client keeps its id');
CREATE FUNCTION claviger_stay_retired() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.retired_at_ms IS NULL THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  IF TG_OP = 'DELETE' OR NEW.retired_at_ms IS NULL OR NEW.kid <> OLD.kid THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
      MESSAGE = 'a retired key stays retired';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keys_stay_retired BEFORE UPDATE OR DELETE ON keys_seen
  FOR EACH ROW EXECUTE FUNCTION claviger_stay_retired();
