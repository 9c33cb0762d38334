// SPDX-License-Identifier: MIT
// The page begins here: who is signed in, which address is shown, what lies over every page.
import { effect } from '@preact/signals';
import { render, type ComponentChildren, type ComponentType } from 'preact';
import { loadSession, session } from './base/api';
import { startClock } from './base/clock';
import { startKeys } from './base/keys';
import { lazy } from './base/lazy';
import { startLive } from './base/live';
import { startTheme } from './base/preferences';
import { address, hash, leaveQuestion, navigate, route, startRouter } from './base/router';
import type { PageName, Route } from './base/routes';
import { Button } from './parts/controls';
import { Questions } from './parts/dialog';
import { Empty } from './parts/empty';
import { Help } from './parts/help';
import { Toasts } from './parts/toast';
import { ArtifactsPage } from './views/artifacts';
import { JobPage } from './views/job';
import { NewProjectPage } from './views/newproject';
import { NotFoundPage } from './views/notfound';
import { OverviewPage } from './views/overview';
import { PipelinePage } from './views/pipeline';
import { PipelinesPage } from './views/pipelines';
import { ProfilePage } from './views/profile';
import { ProjectsPage } from './views/projects';
import { RunnersPage } from './views/runners';
import { SignInPage } from './views/signin';
import { TerminalPage } from './views/terminalpage';
import './styles/all.css';

type More = typeof import('./views/morepages');

/// A page of the second chunk: blank for the moment that it takes.
function later<Name extends keyof More>(name: Name): More[Name] {
    return lazy<never>(() => import('./views/morepages').then((more) => more[name] as ComponentType<never>), null) as More[Name];
}

const AdminVariablesPage = later('AdminVariablesPage');
const EditorPage = later('EditorPage');
const EnvironmentPage = later('EnvironmentPage');
const EnvironmentsPage = later('EnvironmentsPage');
const GroupSettingsPage = later('GroupSettingsPage');
const ReleasePage = later('ReleasePage');
const ReleasesPage = later('ReleasesPage');
const RunPipelinePage = later('RunPipelinePage');
const SchedulePage = later('SchedulePage');
const SchedulesPage = later('SchedulesPage');
const SettingsPage = later('SettingsPage');
const TestReportPage = later('TestReportPage');

const pages: Record<PageName, (route: Route) => ComponentChildren> = {
    projects: () => <ProjectsPage />,
    newProject: () => <NewProjectPage />,
    signIn: () => <SignInPage />,
    profile: () => <ProfilePage />,
    runners: () => <RunnersPage />,
    overview: ({ project }) => <OverviewPage key={project} path={project} />,
    pipelines: ({ project }) => <PipelinesPage key={project} path={project} />,
    newPipeline: ({ project }) => <RunPipelinePage key={project} path={project} />,
    pipeline: ({ project, id }) => <PipelinePage key={id} path={project} id={id} />,
    job: ({ project, id }) => <JobPage key={id} path={project} id={id} />,
    artifacts: ({ project, id }) => <ArtifactsPage key={id} path={project} id={id} />,
    terminal: ({ project, id }) => <TerminalPage key={id} path={project} id={id} />,
    tests: ({ project, id }) => <TestReportPage key={id} path={project} id={id} />,
    schedules: ({ project }) => <SchedulesPage key={project} path={project} />,
    newSchedule: ({ project }) => <SchedulePage key="new" path={project} id={0} />,
    schedule: ({ project, id }) => <SchedulePage key={id} path={project} id={id} />,
    environments: ({ project }) => <EnvironmentsPage key={project} path={project} />,
    environment: ({ project, id }) => <EnvironmentPage key={id} path={project} id={id} />,
    releases: ({ project }) => <ReleasesPage key={project} path={project} />,
    release: ({ project, name = '' }) => <ReleasePage key={name} path={project} tag={name} />,
    editor: ({ project }) => <EditorPage key={project} path={project} />,
    groupSettings: ({ name = '' }) => <GroupSettingsPage key={name} path={name} />,
    adminVariables: () => <AdminVariablesPage />,
    settings: ({ project }) => <SettingsPage key={project} path={project} />,
    notFound: () => <NotFoundPage />,
};

function App({ failure }: { failure: string }) {
    if (failure) {
        return (
            <main class="sign-in"><Empty title="The coordinator does not answer" testid="load-error"><p>{failure}</p>
                <Button label="Try again" onPress={() => location.reload()} /></Empty></main>
        );
    }
    const place = route.value;
    if (!session.value && place.page !== 'signIn') {
        return null;
    }
    return (
        <>
            {pages[place.page](place)}
            {session.value && <Help />}
            <Questions />
            <Toasts />
        </>
    );
}

/// Nobody signed in: to the sign-in page, and back to here afterwards.
function guard(): void {
    effect(() => {
        if (session.value === null && route.value.page !== 'signIn') {
            leaveQuestion.value = '';
            const back = address.value + hash.value;
            navigate(back === '/' ? '/-/sign_in' : `/-/sign_in?return_to=${encodeURIComponent(back)}`, { replace: true });
        }
    });
}

/// A reader of the page by ear or by keyboard begins at the content of a new page, not at nothing.
function moveFocus(): void {
    let shown = route.value;
    effect(() => {
        const next = route.value;
        const same = next.page === shown.page && next.project === shown.project && next.id === shown.id && next.name === shown.name;
        shown = next;
        if (!same) {
            requestAnimationFrame(() => {
                if (document.activeElement === document.body) {
                    document.getElementById('main')?.focus({ preventScroll: true });
                }
            });
        }
    });
}

async function start(): Promise<void> {
    startTheme();
    startRouter();
    startClock();
    startKeys();
    let failure = '';
    await loadSession().catch((error: unknown) => {
        failure = error instanceof Error ? error.message : String(error);
    });
    guard();
    startLive();
    moveFocus();
    render(<App failure={failure} />, document.getElementById('app')!);
}

void start();
