// SPDX-License-Identifier: MIT
import { usePageTitle } from '../base/favicon';
import { LinkButton } from '../parts/controls';
import { Empty } from '../parts/empty';
import { Layout } from '../parts/layout';

export function NotFoundPage() {
    usePageTitle('Not found');
    return (
        <Layout crumbs={[{ label: 'Not found' }]}>
            <Empty title="There is nothing at this address" testid="not-found">
                <p>It may have been deleted or renamed, or it is not for you to see.</p>
                <LinkButton href="/" label="All projects" />
            </Empty>
        </Layout>
    );
}
