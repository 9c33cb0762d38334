// SPDX-License-Identifier: MIT
import { Fragment, type ComponentChildren } from 'preact';
import { session, signOut } from '../base/api';
import { liveState, unheard } from '../base/live';
import { nextTheme, theme } from '../base/preferences';
import { navigate } from '../base/router';
import { retryStale, stale } from '../base/stale';
import { Button } from './controls';
import { helpShown } from './help';
import { Icon, Mark } from './icons';
import { Menu } from './menu';

export interface Crumb {
    label: string;
    href?: string;
}

type Tab = 'overview' | 'pipelines' | 'schedules' | 'environments' | 'releases' | 'editor' | 'settings';

interface LayoutProps {
    crumbs: Crumb[];
    project?: string;
    tab?: Tab | undefined;
    /// Uses the whole width and height (a log, a terminal).
    full?: boolean;
    children: ComponentChildren;
}

const themeIcons = { system: 'system', light: 'sun', dark: 'moon' } as const;

const liveWords: Record<string, string> = {
    connecting: 'Connecting…', waiting: 'Offline: what you see may be old',
};

function LiveSign() {
    const silent = liveState.value === 'open' && unheard.value.size > 0;
    const word = silent ? 'Does not update by itself' : liveWords[liveState.value];
    return (
        <span class={`live-sign ${silent ? 'waiting' : liveState.value}`} role="status" data-testid="live-state" data-state={liveState.value}>
            {word && <><i />{word}</>}
        </span>
    );
}

/// What is shown stays when it could not be fetched again; that it may be old is said.
function StaleBar() {
    const [first] = stale.value.values();
    return first ? (
        <div class="stale" role="status" data-testid="stale">
            <span>Not all of this is up to date: {first.reason}</span>
            <Button label="Try again" icon="retry" testid="stale-retry" onPress={retryStale} />
        </div>
    ) : null;
}

function UserMenu() {
    const user = session.value?.user;
    if (!user) {
        return null;
    }
    const leave = async () => {
        await signOut();
        navigate('/-/sign_in', { replace: true });
    };
    return (
        <Menu label={user.username} testid="user-menu" rows={[
            { label: 'Profile', href: '/-/profile' },
            ...(user.is_admin ? [{ label: 'Runners', href: '/admin/runners' }, { label: 'Instance variables', href: '/admin/variables' }] : []),
            { label: 'Sign out', onPress: leave, testid: 'sign-out' },
        ]} />
    );
}

function TopBar({ crumbs }: { crumbs: Crumb[] }) {
    const icon = themeIcons[theme.value as keyof typeof themeIcons] ?? 'system';
    return (
        <header class="topbar">
            <a class="brand" href="/" aria-label="Capstan, all projects"><Mark /><span>Capstan</span></a>
            <nav class="crumbs" aria-label="Where you are">
                {crumbs.map(({ label, href }, index) => (
                    <Fragment key={`${index}${label}`}>
                        <span class="slash" aria-hidden="true">/</span>
                        {href ? <a href={href}>{label}</a> : <span aria-current="page">{label}</span>}
                    </Fragment>
                ))}
            </nav>
            <div class="topbar-end">
                <LiveSign />
                {session.value?.user.is_admin && <a class="topbar-link" href="/admin/runners">Runners</a>}
                <Button label={`Theme: ${theme.value}`} icon={icon} kind="ghost" bare testid="theme" onPress={nextTheme} />
                <Button label="Keyboard shortcuts" icon="help" kind="ghost" bare testid="help" onPress={() => { helpShown.value = true; }} />
                <UserMenu />
            </div>
        </header>
    );
}

/// A phone shows half of the tabs: the current one is among them.
function showCurrent(tabs: HTMLElement | null): void {
    const current = tabs?.querySelector<HTMLElement>('[aria-current]');
    if (tabs && current) {
        tabs.scrollLeft = current.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
    }
}

function ProjectTabs({ project, tab }: { project: string; tab: LayoutProps['tab'] }) {
    const rows: { key: Tab; label: string; href: string }[] = [
        { key: 'overview', label: 'Overview', href: `/${project}` },
        { key: 'pipelines', label: 'Pipelines', href: `/${project}/-/pipelines` },
        { key: 'schedules', label: 'Schedules', href: `/${project}/-/pipeline_schedules` },
        { key: 'environments', label: 'Environments', href: `/${project}/-/environments` },
        { key: 'releases', label: 'Releases', href: `/${project}/-/releases` },
        { key: 'editor', label: 'CI file', href: `/${project}/-/ci/editor` },
        { key: 'settings', label: 'Settings', href: `/${project}/-/settings` },
    ];
    return (
        <nav class="tabs" aria-label="Project" ref={showCurrent}>
            {rows.map(({ key, label, href }) => (
                <a key={key} href={href} aria-current={key === tab ? 'page' : undefined} data-testid={`tab-${key}`}>{label}</a>
            ))}
        </nav>
    );
}

/// "group", "project" as crumbs, the last one leading to the project.
export function projectCrumbs(project: string): Crumb[] {
    const cut = project.lastIndexOf('/');
    return [{ label: project.slice(0, cut), href: '/' }, { label: project.slice(cut + 1), href: `/${project}` }];
}

export function Layout({ crumbs, project, tab, full, children }: LayoutProps) {
    return (
        <div class={full ? 'page full' : 'page'}>
            <a class="skip" href="#main"><Icon name="chevron" />To the content</a>
            <TopBar crumbs={crumbs} />
            <StaleBar />
            {project && tab && <ProjectTabs project={project} tab={tab} />}
            <main id="main" tabIndex={-1}>{children}</main>
        </div>
    );
}
