-- What pushes to refs/merge-requests/N/head have told of merge requests. One is open as long as its
-- ref is there.
CREATE TABLE merge_requests (
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    iid INTEGER NOT NULL,
    source_branch TEXT NOT NULL DEFAULT '',
    target_branch TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    labels TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (project_id, iid)
) STRICT, WITHOUT ROWID;
CREATE INDEX merge_requests_by_source ON merge_requests (project_id, source_branch);
