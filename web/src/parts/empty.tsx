// SPDX-License-Identifier: MIT
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../base/api';
import { Button } from './controls';

interface EmptyProps {
    title: string;
    children?: ComponentChildren;
    testid?: string;
}

export function Empty({ title, children, testid = 'empty' }: EmptyProps) {
    return <div class="empty" data-testid={testid}><h2>{title}</h2>{children}</div>;
}

/// What a page shows instead of its content: nothing for a moment, then why there is nothing.
export function Absent({ error, reload, what }: { error: ApiError | null; reload: () => void; what: string }) {
    if (!error) {
        return <div class="loading" role="status" aria-label={`Loading ${what}`} data-testid="loading"><span /><span /><span /></div>;
    }
    if (error.status === 404) {
        return <Empty title="Not found" testid="not-found"><p>There is no such {what}, or it is not for you to see.</p></Empty>;
    }
    if (error.status === 403) {
        return <Empty title="Not allowed" testid="forbidden"><p>Your role does not let you see this {what}.</p></Empty>;
    }
    return (
        <Empty title="This did not load" testid="load-error">
            <p>{error.message}</p>
            <Button label="Try again" icon="retry" onPress={reload} />
        </Empty>
    );
}
