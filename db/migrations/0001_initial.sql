CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    password_hash BLOB NOT NULL,
    is_admin INTEGER NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1)),
    is_blocked INTEGER NOT NULL DEFAULT 0 CHECK (is_blocked IN (0, 1)),
    created_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_by_username ON users (lower(username));

CREATE TABLE browser_sessions (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash BLOB NOT NULL UNIQUE,
    csrf_token BLOB NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    last_used_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX browser_sessions_by_user ON browser_sessions (user_id);

CREATE TABLE access_tokens (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    is_revoked INTEGER NOT NULL DEFAULT 0 CHECK (is_revoked IN (0, 1)),
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    last_used_ms INTEGER
) STRICT;
CREATE INDEX access_tokens_by_user ON access_tokens (user_id);

CREATE TABLE groups (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    user_id INTEGER REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX groups_by_path ON groups (lower(path));
CREATE INDEX groups_by_user ON groups (user_id);

CREATE TABLE projects (
    -- Never used again after a DELETE: files and git refs are named by it.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE RESTRICT,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    visibility TEXT NOT NULL DEFAULT 'private'
        CHECK (visibility IN ('private', 'internal', 'public')),
    default_branch TEXT NOT NULL DEFAULT 'main',
    ci_config_path TEXT NOT NULL DEFAULT '.gitlab-ci.yml',
    build_timeout_s INTEGER NOT NULL DEFAULT 3600,
    auto_cancel INTEGER NOT NULL DEFAULT 1 CHECK (auto_cancel IN (0, 1)),
    is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
    next_pipeline_iid INTEGER NOT NULL DEFAULT 1,
    created_ms INTEGER NOT NULL,
    last_activity_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX projects_by_path ON projects (group_id, lower(path));

CREATE TABLE members (
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role INTEGER NOT NULL CHECK (role IN (10, 20, 30, 40, 50)),
    PRIMARY KEY (project_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE protected_branches (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE variables (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL CHECK (scope IN ('instance', 'group', 'project')),
    owner_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    sealed_value BLOB NOT NULL,
    is_file INTEGER NOT NULL DEFAULT 0 CHECK (is_file IN (0, 1)),
    is_protected INTEGER NOT NULL DEFAULT 0 CHECK (is_protected IN (0, 1)),
    is_masked INTEGER NOT NULL DEFAULT 0 CHECK (is_masked IN (0, 1)),
    is_raw INTEGER NOT NULL DEFAULT 0 CHECK (is_raw IN (0, 1)),
    environment_scope TEXT NOT NULL DEFAULT '*',
    description TEXT NOT NULL DEFAULT '',
    UNIQUE (scope, owner_id, key, environment_scope)
) STRICT;

-- What the coordinator has made pipelines from: at start, compared with the repository's refs, so
-- that a push is not lost by a kill between git's ref update and its pipeline.
CREATE TABLE seen_refs (
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    ref TEXT NOT NULL,
    sha TEXT NOT NULL,
    PRIMARY KEY (project_id, ref)
) STRICT, WITHOUT ROWID;

CREATE TABLE runners (
    id INTEGER PRIMARY KEY,
    type TEXT NOT NULL CHECK (type IN ('instance', 'group', 'project')),
    owner_id INTEGER NOT NULL DEFAULT 0,
    description TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    short_token BLOB NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]',
    runs_untagged INTEGER NOT NULL DEFAULT 1 CHECK (runs_untagged IN (0, 1)),
    is_locked INTEGER NOT NULL DEFAULT 0 CHECK (is_locked IN (0, 1)),
    is_paused INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1)),
    is_ref_protected INTEGER NOT NULL DEFAULT 0 CHECK (is_ref_protected IN (0, 1)),
    maximum_timeout_s INTEGER,
    created_ms INTEGER NOT NULL,
    contacted_ms INTEGER
) STRICT;

CREATE TABLE runner_machines (
    runner_id INTEGER NOT NULL REFERENCES runners (id) ON DELETE CASCADE,
    system_id BLOB NOT NULL,
    version TEXT NOT NULL,
    revision TEXT NOT NULL,
    platform TEXT NOT NULL,
    architecture TEXT NOT NULL,
    executor TEXT NOT NULL,
    address TEXT NOT NULL,
    contacted_ms INTEGER NOT NULL,
    PRIMARY KEY (runner_id, system_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pipelines (
    -- Never used again after a DELETE: files and git refs are named by it.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    iid INTEGER NOT NULL,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    ref TEXT NOT NULL,
    is_tag INTEGER NOT NULL CHECK (is_tag IN (0, 1)),
    is_ref_protected INTEGER NOT NULL CHECK (is_ref_protected IN (0, 1)),
    sha TEXT NOT NULL,
    before_sha TEXT NOT NULL,
    commit_message TEXT NOT NULL,
    author_name TEXT NOT NULL,
    author_email TEXT NOT NULL,
    committed_ms INTEGER NOT NULL,
    source TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    user_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    state TEXT NOT NULL CHECK (state IN ('created', 'waiting_for_resource', 'preparing', 'pending',
        'running', 'canceling', 'success', 'failed', 'canceled', 'skipped', 'manual', 'scheduled')),
    errors TEXT NOT NULL DEFAULT '[]',
    sealed_variables BLOB,
    auto_cancel TEXT NOT NULL DEFAULT 'conservative'
        CHECK (auto_cancel IN ('conservative', 'interruptible', 'none')),
    cancel_on_job_failure INTEGER NOT NULL DEFAULT 0 CHECK (cancel_on_job_failure IN (0, 1)),
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    started_ms INTEGER,
    finished_ms INTEGER,
    UNIQUE (project_id, iid)
) STRICT;
CREATE INDEX pipelines_by_ref ON pipelines (project_id, ref, id);
CREATE INDEX pipelines_by_user ON pipelines (user_id);
CREATE INDEX pipelines_unfinished ON pipelines (project_id, ref)
    WHERE state NOT IN ('success', 'failed', 'canceled', 'skipped');

CREATE TABLE jobs (
    -- Never used again after a DELETE: files and git refs are named by it.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pipeline_id INTEGER NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    job_group TEXT NOT NULL,
    stage TEXT NOT NULL,
    stage_index INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('created', 'waiting_for_resource', 'preparing', 'pending',
        'running', 'canceling', 'success', 'failed', 'canceled', 'skipped', 'manual', 'scheduled')),
    when_word TEXT NOT NULL
        CHECK (when_word IN ('on_success', 'on_failure', 'always', 'manual', 'delayed')),
    start_in_s INTEGER,
    start_ms INTEGER,
    allow_failure TEXT NOT NULL DEFAULT 'false',
    is_failure_allowed INTEGER NOT NULL DEFAULT 0 CHECK (is_failure_allowed IN (0, 1)),
    has_needs INTEGER NOT NULL CHECK (has_needs IN (0, 1)),
    tags TEXT NOT NULL DEFAULT '[]',
    retry TEXT NOT NULL DEFAULT '{}',
    attempt INTEGER NOT NULL DEFAULT 0,
    is_retried INTEGER NOT NULL DEFAULT 0 CHECK (is_retried IN (0, 1)),
    timeout_s INTEGER NOT NULL,
    is_interruptible INTEGER NOT NULL CHECK (is_interruptible IN (0, 1)),
    resource_group TEXT NOT NULL DEFAULT '',
    is_ref_protected INTEGER NOT NULL CHECK (is_ref_protected IN (0, 1)),
    user_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    runner_id INTEGER REFERENCES runners (id) ON DELETE SET NULL,
    system_id BLOB,
    token_hash BLOB,
    is_confirmed INTEGER NOT NULL DEFAULT 0 CHECK (is_confirmed IN (0, 1)),
    can_cancel_gracefully INTEGER NOT NULL DEFAULT 0 CHECK (can_cancel_gracefully IN (0, 1)),
    can_reset_trace INTEGER NOT NULL DEFAULT 0 CHECK (can_reset_trace IN (0, 1)),
    has_channel INTEGER NOT NULL DEFAULT 0 CHECK (has_channel IN (0, 1)),
    failure_reason TEXT,
    exit_code INTEGER,
    coverage REAL,
    hold_reason TEXT,
    hold_until_ms INTEGER,
    is_erased INTEGER NOT NULL DEFAULT 0 CHECK (is_erased IN (0, 1)),
    created_ms INTEGER NOT NULL,
    queued_ms INTEGER,
    started_ms INTEGER,
    finished_ms INTEGER,
    heard_ms INTEGER
) STRICT;
CREATE INDEX jobs_by_pipeline ON jobs (pipeline_id, ordinal, id);
CREATE INDEX jobs_by_project ON jobs (project_id, id);
CREATE INDEX jobs_by_user ON jobs (user_id);
CREATE INDEX jobs_by_runner ON jobs (runner_id, id);
CREATE UNIQUE INDEX jobs_by_token ON jobs (token_hash) WHERE token_hash IS NOT NULL;
-- The states that the coordinator watches: what a restart reads.
CREATE INDEX jobs_active ON jobs (state, id)
    WHERE state IN ('pending', 'running', 'canceling', 'scheduled', 'waiting_for_resource');
CREATE INDEX jobs_by_resource ON jobs (project_id, resource_group, id)
    WHERE resource_group <> ''
      AND state IN ('pending', 'running', 'canceling', 'waiting_for_resource');

-- Beside jobs, not in it: read once when the job is handed out, large.
CREATE TABLE job_specs (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    spec TEXT NOT NULL,
    sealed_variables BLOB
) STRICT;

CREATE TABLE job_needs (
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    artifacts INTEGER NOT NULL CHECK (artifacts IN (0, 1)),
    is_optional INTEGER NOT NULL CHECK (is_optional IN (0, 1)),
    PRIMARY KEY (job_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE traces (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    size_bytes INTEGER NOT NULL,
    checksum TEXT,
    resets INTEGER NOT NULL DEFAULT 0,
    is_flawed INTEGER NOT NULL DEFAULT 0 CHECK (is_flawed IN (0, 1)),
    expires_ms INTEGER
) STRICT;
CREATE INDEX traces_expiring ON traces (expires_ms) WHERE expires_ms IS NOT NULL;

CREATE TABLE artifacts (
    -- Never used again after a DELETE: files and git refs are named by it.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('zip', 'gzip', 'raw')),
    file_name TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    UNIQUE (job_id, type)
) STRICT;
CREATE INDEX artifacts_by_project ON artifacts (project_id);
CREATE INDEX artifacts_expiring ON artifacts (expires_ms) WHERE expires_ms IS NOT NULL;

-- Variables that a job handed on by artifacts:reports:dotenv.
CREATE TABLE dotenv_variables (
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (job_id, key)
) STRICT, WITHOUT ROWID;

-- Small facts of the instance: token hashes, ids, dates.
CREATE TABLE instance (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_events (
    id INTEGER PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    user_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    project_id INTEGER REFERENCES projects (id) ON DELETE SET NULL,
    job_id INTEGER,
    details TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX audit_events_by_project ON audit_events (project_id, id);
CREATE INDEX audit_events_by_user ON audit_events (user_id);
