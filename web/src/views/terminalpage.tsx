// SPDX-License-Identifier: MIT
import { useEffect } from 'preact/hooks';
import { lazy } from '../base/lazy';
import { usePageTitle } from '../base/favicon';
import { jobLook } from '../base/states';
import { Absent } from '../parts/empty';
import { Layout } from '../parts/layout';
import { StateBadge } from '../parts/state';
import { jobCrumbs, useJob } from './job';
import { HoldBanner } from './jobhead';

const TerminalPanel = lazy(() => import('../terminal/panel').then((module) => module.TerminalPanel));

/// Phones shrink what is visible when their keyboard comes up, not the page.
function useVisibleHeight(): void {
    useEffect(() => {
        const viewport = window.visualViewport;
        const measure = () => document.documentElement.style.setProperty('--visible-height', `${viewport?.height ?? window.innerHeight}px`);
        measure();
        viewport?.addEventListener('resize', measure);
        return () => {
            viewport?.removeEventListener('resize', measure);
            document.documentElement.style.removeProperty('--visible-height');
        };
    }, []);
}

export function TerminalPage({ path, id }: { path: string; id: number }) {
    const job = useJob(path, id);
    const value = job.value;
    usePageTitle(value ? `Terminal · ${value.name}` : 'Terminal', value ? jobLook(value) : undefined);
    useVisibleHeight();
    const crumbs = jobCrumbs(path, id, value);
    const last = crumbs.at(-1)!;
    return (
        <Layout crumbs={[...crumbs.slice(0, -1), { ...last, href: `/${path}/-/jobs/${id}` }, { label: 'Terminal' }]} full>
            {!value && <Absent error={job.error} reload={job.reload} what="job" />}
            {value && (
                <div class="terminal-page">
                    <div class="terminal-head">
                        <StateBadge look={jobLook(value)} testid="job-state" />
                        <h1>{value.name}</h1>
                        {value.runner && <span class="muted">on {value.runner.description}</span>}
                        <HoldBanner job={value} /></div>
                    <TerminalPanel project={value.pipeline.project_id} job={value} path={path} />
                </div>
            )}
        </Layout>
    );
}
