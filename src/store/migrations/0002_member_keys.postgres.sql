-- Which keys each node has loaded, so that none signs before all of them can check what it signs
-- (docs/decisions/0084). The nodes of the release before this one say nothing, so no key is known to
-- be loaded by them.
CREATE TABLE fence_member_keys (
  incarnation uuid NOT NULL REFERENCES fence_members (incarnation) ON DELETE CASCADE,
  kid text COLLATE "C" NOT NULL,
  loaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (incarnation, kid)
);
