-- Made in the page or API, not registered: its tokens have the prefix glrt-, on which stock runners act,
-- and keep it when they are reset.
ALTER TABLE runners ADD COLUMN is_created INTEGER NOT NULL DEFAULT 0 CHECK (is_created IN (0, 1));
