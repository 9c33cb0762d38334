// SPDX-License-Identifier: MIT
// The REST entities of docs/api.md, as far as the page reads them.

export type State = 'created' | 'waiting_for_resource' | 'preparing' | 'pending' | 'running' | 'canceling'
    | 'success' | 'failed' | 'canceled' | 'skipped' | 'manual' | 'scheduled';

export interface User {
    id: number;
    username: string;
    name: string;
    email?: string;
    is_admin?: boolean;
}

export interface Session {
    user: User;
    csrf_token: string;
}

export interface Commit {
    id: string;
    short_id: string;
    title: string;
    message?: string;
    author_name: string;
    created_at?: string;
}

export interface Project {
    id: number;
    name: string;
    path: string;
    path_with_namespace: string;
    description: string | null;
    default_branch: string | null;
    visibility: string;
    web_url: string;
    http_url_to_repo: string;
    namespace: { id: number; name: string; path: string; kind: string; full_path: string };
    created_at: string;
    last_activity_at: string;
    ci_config_path: string | null;
    build_timeout: number;
    archived: boolean;
    empty_repo: boolean;
    auto_cancel_pending_pipelines: string | boolean;
    permissions?: { project_access: { access_level: number } | null };
}

export interface YamlError {
    text: string;
    file: string;
    line: number | null;
    column: number | null;
}

export interface Pipeline {
    id: number;
    iid: number;
    project_id: number;
    sha: string;
    ref: string;
    status: State;
    source: string;
    name: string | null;
    created_at: string;
    updated_at: string;
    web_url: string;
    tag?: boolean;
    yaml_errors?: string | null;
    yaml_error_list?: YamlError[];
    user?: User | null;
    started_at?: string | null;
    finished_at?: string | null;
    duration?: number | null;
    queued_duration?: number | null;
    coverage?: string | null;
    commit?: Commit;
    /// The job that started it, where one did.
    upstream?: PipelineRef & { job: { id: number; name: string } } | null;
    stages?: { name: string; status: State; has_warnings?: boolean }[];
    detailed_status?: { icon: string; text: string; label: string; group: string };
}

export interface PipelineRef {
    id: number;
    project_id: number;
    status: State;
    web_url: string;
}

export interface RunnerRef {
    id: number;
    description: string;
    name: string | null;
    online: boolean;
    paused: boolean;
    status: string;
}

export interface Job {
    id: number;
    name: string;
    stage: string;
    status: State;
    ref: string;
    tag: boolean;
    coverage: number | null;
    allow_failure: boolean;
    created_at: string;
    started_at: string | null;
    finished_at: string | null;
    erased_at: string | null;
    duration: number | null;
    queued_duration: number | null;
    user: User | null;
    commit: Commit;
    pipeline: { id: number; iid: number; project_id: number; ref: string; sha: string; status: State };
    web_url: string;
    artifacts: { file_type: string; size: number; filename: string }[];
    artifacts_file?: { filename: string; size: number };
    artifacts_expire_at: string | null;
    runner: RunnerRef | null;
    tag_list: string[];
    failure_reason: string | null;
    exit_code: number | null;
    when: string;
    retried: boolean;
    manual_confirmation: string | null;
    timeout: number | null;
    needs: string[] | null;
    expose_as: string | null;
    environment: { name: string; url: string | null } | null;
    hold: { reason: string; until: string } | null;
    terminal?: { available: boolean; reason: string | null };
    actions?: string[];
    /// Why no runner has taken it yet; only while it is pending.
    waiting_reason?: string | null;
    /// When a delayed job starts.
    start_at?: string | null;
    /// There on trigger jobs only: what they started, if it may be seen.
    downstream_pipeline?: PipelineRef | null;
    failure_message?: string | null;
}

export interface Runner extends RunnerRef {
    runner_type: string;
    is_shared: boolean;
    ip_address: string | null;
    tag_list?: string[];
    run_untagged?: boolean;
    locked?: boolean;
    access_level?: string;
    maximum_timeout?: number | null;
    contacted_at?: string | null;
    version?: string | null;
    revision?: string | null;
    platform?: string | null;
    architecture?: string | null;
    executor?: string | null;
    jobs_running?: number;
    jobs_held?: number;
    terminal?: boolean;
}

export interface Variable {
    key: string;
    /// null: hidden.
    value: string | null;
    hidden?: boolean;
    variable_type: 'env_var' | 'file';
    protected: boolean;
    masked: boolean;
    raw: boolean;
    environment_scope: string;
    description: string | null;
}

export interface Member {
    id: number;
    username: string;
    name: string;
    access_level: number;
}

export interface Branch {
    name: string;
    commit: Commit;
    default: boolean;
    protected: boolean;
}

export interface AccessToken {
    id: number;
    name: string;
    scopes: string[];
    created_at: string;
    expires_at: string | null;
    last_used_at: string | null;
    active: boolean;
    revoked: boolean;
    token?: string;
}

export interface SignedInSession {
    id: number | string;
    created_at: string;
    last_used_at: string | null;
    ip_address: string;
    user_agent: string;
    current: boolean;
}
