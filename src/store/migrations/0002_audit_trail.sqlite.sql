-- The audit trail: src/audit/row.h says how the rows are chained, docs/decisions/0015 why they look
-- like this. NULL is "none" in every column.
CREATE TABLE audit_trail (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id BLOB NOT NULL CHECK (length(id) = 16),  -- random: no trail passes for another database's
  pruned_sequence INTEGER NOT NULL DEFAULT 0,  -- rows up to this one went by retention
  pruned_hash BLOB CHECK (length(pruned_hash) = 32),  -- the hash of that one
  seal TEXT  -- and a signed checkpoint that says so
) STRICT;
INSERT INTO audit_trail (one, id) VALUES (1, randomblob(16));

CREATE TABLE audit_log (
  sequence INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  actor_id BLOB CHECK (length(actor_id) = 16),
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  object_id BLOB CHECK (length(object_id) = 16),
  client_id BLOB CHECK (length(client_id) = 16),
  request_id BLOB CHECK (length(request_id) = 8),
  address BLOB CHECK (length(address) = 16),
  detail TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- Against accidents. Whoever means it can drop these: the chain finds that, not they.
CREATE TRIGGER audit_log_stays
BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE (ABORT, 'a row of the audit trail is never changed');
END;

CREATE TRIGGER audit_log_is_kept
BEFORE DELETE ON audit_log
WHEN OLD.sequence > (SELECT pruned_sequence FROM audit_trail)
BEGIN
  SELECT RAISE (ABORT, 'rows of the audit trail go by retention alone');
END;

-- Which keys have signed or checked tokens here, by what names them and gives nothing away.
CREATE TABLE keys_seen (
  kid TEXT PRIMARY KEY,
  first_seen_at_ms INTEGER NOT NULL,
  is_signing INTEGER NOT NULL DEFAULT 0 CHECK (is_signing IN (0, 1))
) STRICT, WITHOUT ROWID;
