CREATE TABLE environments (
    -- Never used again after a DELETE: jobs and pages name it.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    tier TEXT NOT NULL
        CHECK (tier IN ('production', 'staging', 'testing', 'development', 'other')),
    external_url TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'available' CHECK (state IN ('available', 'stopping', 'stopped')),
    auto_stop_ms INTEGER,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    UNIQUE (project_id, name)
) STRICT;
CREATE INDEX environments_stopping ON environments (auto_stop_ms) WHERE auto_stop_ms IS NOT NULL;

CREATE TABLE deployments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    iid INTEGER NOT NULL,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    environment_id INTEGER NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    job_id INTEGER REFERENCES jobs (id) ON DELETE SET NULL,
    pipeline_id INTEGER REFERENCES pipelines (id) ON DELETE SET NULL,
    user_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    ref TEXT NOT NULL,
    is_tag INTEGER NOT NULL CHECK (is_tag IN (0, 1)),
    sha TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'success', 'failed', 'canceled')),
    on_stop TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    finished_ms INTEGER,
    UNIQUE (project_id, iid)
) STRICT;
CREATE INDEX deployments_by_environment ON deployments (environment_id, status, id);
CREATE INDEX deployments_by_job ON deployments (job_id);
CREATE INDEX deployments_by_pipeline ON deployments (pipeline_id);
CREATE INDEX deployments_by_user ON deployments (user_id);

-- What a job does for the coordinator besides running: looked up whenever it starts or ends, so
-- that the specs of all others need not be read.
CREATE TABLE job_duties (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    environment TEXT NOT NULL DEFAULT '',
    has_release INTEGER NOT NULL DEFAULT 0 CHECK (has_release IN (0, 1)),
    has_pages INTEGER NOT NULL DEFAULT 0 CHECK (has_pages IN (0, 1))
) STRICT;

-- Counted when a junit report arrives; the cases are read from the report itself.
CREATE TABLE test_summaries (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    success INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    seconds REAL NOT NULL,
    problem TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE releases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    sha TEXT NOT NULL,
    user_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_ms INTEGER NOT NULL,
    released_ms INTEGER NOT NULL,
    UNIQUE (project_id, tag)
) STRICT;
CREATE INDEX releases_by_user ON releases (user_id);

CREATE TABLE release_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    filepath TEXT NOT NULL DEFAULT '',
    type TEXT NOT NULL DEFAULT 'other' CHECK (type IN ('other', 'runbook', 'image', 'package')),
    UNIQUE (release_id, name),
    UNIQUE (release_id, url)
) STRICT;

CREATE TABLE pages_deployments (
    -- Never used again after a DELETE: its file is named by it.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    job_id INTEGER REFERENCES jobs (id) ON DELETE SET NULL,
    path_prefix TEXT NOT NULL DEFAULT '',
    root TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    UNIQUE (project_id, path_prefix)
) STRICT;
CREATE INDEX pages_deployments_by_job ON pages_deployments (job_id);
CREATE INDEX pages_deployments_expiring ON pages_deployments (expires_ms)
    WHERE expires_ms IS NOT NULL;
