-- What a retired key has signed is not accepted any more. That is for good: whoever held the key
-- can sign whatever they like (docs/decisions/0005).
ALTER TABLE keys_seen ADD COLUMN retired_at_ms INTEGER;

-- The log tells of that as well, by kind K: which keys are retired is then read anew.
PRAGMA legacy_alter_table = ON;  -- the triggers keep naming fence_log
CREATE TABLE fence_log_with_keys (
  epoch INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('T', 'U', 'C', 'K')),
  key BLOB NOT NULL
) STRICT;
INSERT INTO fence_log_with_keys (epoch, kind, key) SELECT epoch, kind, key FROM fence_log;
DROP TABLE fence_log;
ALTER TABLE fence_log_with_keys RENAME TO fence_log;
PRAGMA legacy_alter_table = OFF;

CREATE TRIGGER keys_retired
AFTER UPDATE OF retired_at_ms ON keys_seen
BEGIN
  UPDATE fence_counter SET epoch = epoch + 1;
  INSERT INTO fence_log (epoch, kind, key) SELECT epoch, 'K', zeroblob(16) FROM fence_counter;
END;

CREATE TRIGGER keys_stay_retired
BEFORE UPDATE OF kid, retired_at_ms ON keys_seen
WHEN OLD.retired_at_ms IS NOT NULL AND (NEW.retired_at_ms IS NULL OR NEW.kid <> OLD.kid)
BEGIN
  SELECT RAISE (ABORT, 'a retired key stays retired');
END;

CREATE TRIGGER retired_keys_are_kept
BEFORE DELETE ON keys_seen
WHEN OLD.retired_at_ms IS NOT NULL
BEGIN
  SELECT RAISE (ABORT, 'a retired key stays retired');
END;
