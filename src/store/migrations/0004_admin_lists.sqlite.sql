-- What the lists of the admin panel need: docs/decisions/0074. Nothing here costs the issue of a
-- token a write: tokens are listed by the indexes that they have.
CREATE INDEX clients_by_name ON clients (name, id);
CREATE INDEX users_by_client ON users (client_id, id);
CREATE INDEX users_by_identifier ON users (identifier, id);
-- The few among many: a page of them is to be found without looking at the others.
CREATE INDEX users_inactive ON users (id) WHERE is_active = 0;
CREATE INDEX users_inactive_by_identifier ON users (identifier, id) WHERE is_active = 0;

-- How many rows there are, without counting them.
ALTER TABLE meta ADD COLUMN client_rows INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN user_rows INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET client_rows = (SELECT count(*) FROM clients),
  user_rows = (SELECT coalesce(sum(user_count), 0) FROM clients);

CREATE TRIGGER clients_counted
AFTER INSERT ON clients
BEGIN
  UPDATE meta SET client_rows = client_rows + 1;
END;

CREATE TRIGGER clients_uncounted
AFTER DELETE ON clients
BEGIN
  UPDATE meta SET client_rows = client_rows - 1;
END;

CREATE TRIGGER users_counted
AFTER INSERT ON users
BEGIN
  UPDATE meta SET user_rows = user_rows + 1;
END;

CREATE TRIGGER users_uncounted
AFTER DELETE ON users
BEGIN
  UPDATE meta SET user_rows = user_rows - 1;
END;
