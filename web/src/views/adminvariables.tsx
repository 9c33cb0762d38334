// SPDX-License-Identifier: MIT
import { session } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { Empty } from '../parts/empty';
import { Layout } from '../parts/layout';
import { VariableCard } from '../parts/variablecard';

export function AdminVariablesPage() {
    usePageTitle('Instance variables');
    return (
        <Layout crumbs={[{ label: 'Instance variables' }]}>
            {session.value?.user.is_admin ? (
                <div class="settings">
                    <div class="head"><h1>Instance variables</h1></div>
                    <VariableCard base="/admin/ci/variables" title="CI variables of the instance" scoped={false}
                        note={<p class="muted">For the jobs of every project. A variable of a group or a project of the same name counts more.</p>} />
                </div>
            ) : <Empty title="For administrators" testid="forbidden"><p>Only an administrator may see the variables of the instance.</p></Empty>}
        </Layout>
    );
}
