// SPDX-License-Identifier: MIT
// Addresses of the pages, one row each, named as GitLab names them.

export type PageName = 'projects' | 'newProject' | 'signIn' | 'profile' | 'runners' | 'overview' | 'pipelines'
    | 'newPipeline' | 'pipeline' | 'tests' | 'job' | 'artifacts' | 'terminal' | 'settings' | 'schedules' | 'newSchedule'
    | 'schedule' | 'environments' | 'environment' | 'releases' | 'release' | 'editor' | 'groupSettings' | 'adminVariables'
    | 'notFound';

export interface Route {
    page: PageName;
    /// "group/project", empty where the page belongs to no project.
    project: string;
    /// Number of the pipeline, job, …; 0 where there is none.
    id: number;
    /// What is named, not numbered: a group, the tag of a release.
    name?: string;
}

const projectPath = '((?:[\\w.][\\w.-]*/)+[\\w.][\\w.-]*)';

/// A group where `project` would be a word too many: its name is one part or more.
const groupPath = '((?:[\\w.][\\w.-]*/)*[\\w.][\\w.-]*)';

const table: { pattern: RegExp; page: PageName; named?: 'first' | 'second' }[] = [
    { pattern: /^\/$/, page: 'projects' },
    { pattern: /^\/projects$/, page: 'projects' },
    { pattern: /^\/projects\/new$/, page: 'newProject' },
    { pattern: /^\/-\/sign_in$/, page: 'signIn' },
    { pattern: /^\/-\/profile$/, page: 'profile' },
    { pattern: /^\/admin\/runners$/, page: 'runners' },
    { pattern: /^\/admin\/variables$/, page: 'adminVariables' },
    { pattern: new RegExp(`^/groups/${groupPath}/-/settings(?:/ci_cd)?$`), page: 'groupSettings', named: 'first' },
    { pattern: new RegExp(`^/${projectPath}/-/pipelines$`), page: 'pipelines' },
    { pattern: new RegExp(`^/${projectPath}/-/pipelines/new$`), page: 'newPipeline' },
    { pattern: new RegExp(`^/${projectPath}/-/pipelines/(\\d{1,15})$`), page: 'pipeline' },
    { pattern: new RegExp(`^/${projectPath}/-/pipelines/(\\d{1,15})/test_report$`), page: 'tests' },
    { pattern: new RegExp(`^/${projectPath}/-/jobs/(\\d{1,15})$`), page: 'job' },
    { pattern: new RegExp(`^/${projectPath}/-/jobs/(\\d{1,15})/artifacts$`), page: 'artifacts' },
    { pattern: new RegExp(`^/${projectPath}/-/jobs/(\\d{1,15})/terminal$`), page: 'terminal' },
    { pattern: new RegExp(`^/${projectPath}/-/pipeline_schedules$`), page: 'schedules' },
    { pattern: new RegExp(`^/${projectPath}/-/pipeline_schedules/new$`), page: 'newSchedule' },
    { pattern: new RegExp(`^/${projectPath}/-/pipeline_schedules/(\\d{1,15})/edit$`), page: 'schedule' },
    { pattern: new RegExp(`^/${projectPath}/-/environments$`), page: 'environments' },
    { pattern: new RegExp(`^/${projectPath}/-/environments/(\\d{1,15})$`), page: 'environment' },
    { pattern: new RegExp(`^/${projectPath}/-/releases$`), page: 'releases' },
    { pattern: new RegExp(`^/${projectPath}/-/releases/([^/]+)$`), page: 'release', named: 'second' },
    { pattern: new RegExp(`^/${projectPath}/-/ci/(?:editor|lint)$`), page: 'editor' },
    { pattern: new RegExp(`^/${projectPath}/-/settings$`), page: 'settings' },
    { pattern: new RegExp(`^/${projectPath}$`), page: 'overview' },
];

const nowhere: Route = { page: 'notFound', project: '', id: 0 };

function routeOf(page: PageName, [, first = '', second = '']: RegExpExecArray, named?: 'first' | 'second'): Route {
    if (!named) {
        return { page, project: first, id: Number(second) };
    }
    try {
        return named === 'first' ? { page, project: '', id: 0, name: first } : { page, project: first, id: 0, name: decodeURIComponent(second) };
    } catch {
        return nowhere; // A percent sign that encodes nothing.
    }
}

export function parseRoute(pathname: string): Route {
    const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') || '/' : pathname;
    for (const { pattern, page, named } of table) {
        const match = pattern.exec(path);
        if (match) {
            return routeOf(page, match, named);
        }
    }
    return nowhere;
}

/// Where to go after signing in: only a path of this site, never another host, whatever the address
/// bar was made to say.
export function safeReturnTo(wanted: string | null, origin: string): string {
    if (!wanted || !/^\/(?![/\\])/.test(wanted)) {
        return '/';
    }
    try {
        const url = new URL(wanted, origin);
        const path = url.pathname + url.search + url.hash;
        const leaves = url.origin !== origin || !/^\/(?![/\\])/.test(path);
        return leaves || url.pathname === '/-/sign_in' ? '/' : path;
    } catch {
        return '/';
    }
}
