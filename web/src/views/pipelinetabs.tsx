// SPDX-License-Identifier: MIT
import { useEffect } from 'preact/hooks';
import { get, projectApi } from '../base/api';
import type { TestSummary } from '../base/entities';
import { useResource } from '../base/resource';

interface PipelineTabsProps {
    path: string;
    id: number;
    tab: 'jobs' | 'tests';
    /// Moves when a job may have brought a report: then it is asked for again.
    status: string | undefined;
}

/// Jobs and tests of a pipeline; nothing where no job brought a report.
export function PipelineTabs({ path, id, tab, status }: PipelineTabsProps) {
    const address = `${projectApi(path)}/pipelines/${id}/test_report_summary`;
    const summary = useResource(address, () => get<TestSummary>(address));
    useEffect(() => {
        if (summary.value) {
            summary.reload();
        }
    }, [status]);
    const total = summary.value?.total;
    if (tab === 'jobs' && !total?.count) {
        return null;
    }
    const broken = total ? total.failed + total.error : 0;
    const rows = [['jobs', `/${path}/-/pipelines/${id}`], ['tests', `/${path}/-/pipelines/${id}/test_report`]] as const;
    return (
        <nav class="subtabs" aria-label="Pipeline" data-testid="pipeline-tabs">
            {rows.map(([key, href]) => (
                <a key={key} href={href} aria-current={key === tab ? 'page' : undefined} data-testid={`subtab-${key}`}>
                    {key === 'jobs' ? 'Jobs' : 'Tests'}
                    {key === 'tests' && total && <span class={broken > 0 ? 'chip bad-text' : 'chip'} data-testid="test-count">{broken > 0 ? `${broken} of ${total.count} failed` : `${total.count} passed`}</span>}
                </a>
            ))}
        </nav>
    );
}
