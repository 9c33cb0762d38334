-- Jobs that start or mirror another pipeline never reach a runner.
ALTER TABLE jobs ADD COLUMN is_bridge INTEGER NOT NULL DEFAULT 0 CHECK (is_bridge IN (0, 1));
ALTER TABLE jobs ADD COLUMN failure_message TEXT NOT NULL DEFAULT '';
CREATE INDEX jobs_bridges ON jobs (pipeline_id, id) WHERE is_bridge = 1;

-- Which pipeline a bridge has started, or ("upstream") mirrors.
CREATE TABLE pipeline_links (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    pipeline_id INTEGER NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('start', 'depend', 'mirror', 'upstream'))
) STRICT;
CREATE INDEX pipeline_links_by_pipeline ON pipeline_links (pipeline_id);

CREATE TABLE pipeline_schedules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    owner_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    description TEXT NOT NULL,
    ref TEXT NOT NULL,
    cron TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    next_run_ms INTEGER,
    last_error TEXT NOT NULL DEFAULT '',
    sealed_variables BLOB,
    inputs TEXT NOT NULL DEFAULT '{}',
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX pipeline_schedules_by_project ON pipeline_schedules (project_id);
CREATE INDEX pipeline_schedules_by_owner ON pipeline_schedules (owner_id);
CREATE INDEX pipeline_schedules_due ON pipeline_schedules (next_run_ms)
    WHERE is_active = 1 AND next_run_ms IS NOT NULL;

CREATE TABLE trigger_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    owner_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    description TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    short_token TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    last_used_ms INTEGER
) STRICT;
CREATE INDEX trigger_tokens_by_project ON trigger_tokens (project_id);
CREATE INDEX trigger_tokens_by_owner ON trigger_tokens (owner_id);

-- The secret with which an outer git host announces refs.
CREATE TABLE external_hooks (
    project_id INTEGER PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    owner_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash BLOB NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX external_hooks_by_owner ON external_hooks (owner_id);

ALTER TABLE pipelines ADD COLUMN origin TEXT NOT NULL DEFAULT '{}';
ALTER TABLE pipelines ADD COLUMN schedule_id INTEGER
    REFERENCES pipeline_schedules (id) ON DELETE SET NULL;
CREATE INDEX pipelines_by_schedule ON pipelines (schedule_id, id) WHERE schedule_id IS NOT NULL;
