// SPDX-License-Identifier: MIT
// REST entities of the pages beside pipelines and jobs (docs/api.md), as far as the page reads them.
import type { Job, Pipeline, User } from './types';

export interface KeyValue {
    key: string;
    value: string;
    variable_type: 'env_var' | 'file';
}

export interface Schedule {
    id: number;
    description: string;
    ref: string;
    cron: string;
    cron_timezone: string;
    active: boolean;
    next_run_at: string | null;
    created_at: string;
    updated_at: string;
    owner: User | null;
    /// Why the last run made no pipeline.
    last_error: string | null;
    last_pipeline?: Pipeline | null;
    /// Absent for who may not change the schedule.
    variables?: KeyValue[];
}

export interface Deployment {
    id: number;
    iid: number;
    ref: string;
    sha: string;
    status: 'running' | 'success' | 'failed' | 'canceled';
    created_at: string;
    finished_at: string | null;
    user: User | null;
    deployable: Job | null;
}

export interface Environment {
    id: number;
    name: string;
    external_url: string | null;
    description: string | null;
    state: 'available' | 'stopping' | 'stopped';
    tier: string;
    created_at: string;
    updated_at: string;
    auto_stop_at: string | null;
    last_deployment: Deployment | null;
}

export interface TestCounts {
    total_time: number;
    total_count: number;
    success_count: number;
    failed_count: number;
    skipped_count: number;
    error_count: number;
}

export interface TestCase {
    status: 'success' | 'failed' | 'skipped' | 'error';
    name: string;
    classname: string;
    file: string | null;
    execution_time: number;
    system_output: string | null;
}

export interface TestSuite extends TestCounts {
    name: string;
    suite_error: string | null;
    test_cases: TestCase[];
}

export interface TestReport extends TestCounts {
    test_suites: TestSuite[];
}

export interface TestSummary {
    total: { time: number; count: number; success: number; failed: number; skipped: number; error: number };
}

export interface TriggerToken {
    id: number;
    description: string;
    token: string;
    created_at: string;
    last_used: string | null;
    owner: User | null;
}

export interface ExternalHook {
    created_at: string;
    owner: User | null;
    url: string;
    token?: string;
}

export interface ResourceGroup {
    id: number;
    key: string;
    process_mode: string;
}

export interface ReleaseLink {
    id: number;
    name: string;
    url: string;
    link_type: string;
}

export interface Release {
    tag_name: string;
    name: string;
    description: string;
    created_at: string;
    released_at: string;
    upcoming_release: boolean;
    author: User | null;
    commit: { id: string; short_id: string };
    assets: { count: number; links: ReleaseLink[] };
}

export interface LintMessage {
    severity: 'error' | 'warning';
    text: string;
    file: string;
    line: number | null;
    column: number | null;
}

export interface LintJob {
    name: string;
    stage: string;
    when: string;
    allow_failure: boolean;
    tag_list: string[];
    script: string[];
}

export interface LintResult {
    valid: boolean;
    merged_yaml: string | null;
    jobs: LintJob[];
    messages: LintMessage[];
}

export interface Group {
    id: number;
    name: string;
    full_path: string;
    web_url: string;
}

export interface PipelineInput {
    name: string;
    type: 'string' | 'number' | 'boolean' | 'array';
    required: boolean;
    default: unknown;
    options: unknown[];
    regex: string | null;
    description: string;
    rules: { if?: string; options?: unknown[] | null; default?: unknown }[];
}

export interface DescribedVariable {
    key: string;
    value: string;
    description: string;
    options: string[];
}

/// What the file of a ref asks of whoever runs a pipeline.
export interface PipelineForm {
    ref: string;
    sha: string;
    inputs: PipelineInput[];
    variables: DescribedVariable[];
    errors: LintMessage[];
}
