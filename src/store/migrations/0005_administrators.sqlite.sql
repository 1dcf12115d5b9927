-- Who may log in to the admin panel, and who has: docs/decisions/0070. Nothing here is large.
CREATE TABLE administrators (
  email TEXT PRIMARY KEY,  -- in lower case
  role TEXT NOT NULL CHECK (role IN ('administrator', 'auditor')),
  added_at_ms INTEGER NOT NULL,
  added_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE admin_links (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('administrator', 'auditor')),
  expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE admin_sessions (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('administrator', 'auditor')),
  way TEXT NOT NULL CHECK (way IN ('link', 'openid')),
  created_at_ms INTEGER NOT NULL,
  last_seen_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  address BLOB NOT NULL CHECK (length(address) = 16)
) STRICT, WITHOUT ROWID;
CREATE INDEX admin_sessions_by_expiry ON admin_sessions (expires_at_ms, id);
CREATE INDEX admin_sessions_by_email ON admin_sessions (email);
