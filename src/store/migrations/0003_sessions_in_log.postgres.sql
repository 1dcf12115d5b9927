-- Sessions of the admin panel that end, or whose roles change, take an epoch as well: which sessions
-- there are is then read of a server that knows it (docs/decisions/0081).
ALTER TABLE fence_log DROP CONSTRAINT fence_log_kind_check,
  ADD CONSTRAINT fence_log_kind_check CHECK (kind IN ('T', 'U', 'C', 'K', 'S'));

CREATE TRIGGER sessions_changed AFTER UPDATE OF role ON admin_sessions
  FOR EACH ROW WHEN (claviger_by_hand()) EXECUTE FUNCTION claviger_log('S');
CREATE TRIGGER sessions_deleted AFTER DELETE ON admin_sessions
  FOR EACH ROW WHEN (claviger_by_hand()) EXECUTE FUNCTION claviger_log('S');
