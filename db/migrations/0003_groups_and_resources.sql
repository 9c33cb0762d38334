ALTER TABLE groups ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE groups ADD COLUMN visibility TEXT NOT NULL DEFAULT 'private'
    CHECK (visibility IN ('private', 'internal', 'public'));
ALTER TABLE groups ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;

CREATE TABLE group_members (
    group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role INTEGER NOT NULL CHECK (role IN (10, 20, 30, 40, 50)),
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_by_user ON group_members (user_id);

-- Masked, and its value is never shown again.
ALTER TABLE variables ADD COLUMN is_hidden INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1));

CREATE TABLE resource_groups (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    process_mode TEXT NOT NULL DEFAULT 'unordered'
        CHECK (process_mode IN ('unordered', 'oldest_first', 'newest_first', 'newest_ready_first')),
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    UNIQUE (project_id, key)
) STRICT;
-- Who may come next into a resource group, in the order of pipelines.
CREATE INDEX jobs_upcoming_by_resource ON jobs (project_id, resource_group, pipeline_id)
    WHERE resource_group <> '' AND state IN ('created', 'scheduled', 'waiting_for_resource');
INSERT INTO resource_groups (project_id, key, created_ms, updated_ms)
    SELECT project_id, resource_group, min(created_ms), min(created_ms) FROM jobs
    WHERE resource_group <> '' GROUP BY project_id, resource_group;
