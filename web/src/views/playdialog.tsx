// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { send } from '../base/api';
import type { Job } from '../base/types';
import { Button } from '../parts/controls';
import { Dialog } from '../parts/dialog';
import { Form } from '../parts/form';
import { emptyVariable, VariableRows, type GivenVariable } from '../parts/variablerows';

interface PlayDialogProps {
    job: Job;
    onClose: (played: boolean) => void;
}

/// Runs a manual job with variables of its own.
export function PlayDialog({ job, onClose }: PlayDialogProps) {
    const [variables, setVariables] = useState<GivenVariable[]>([emptyVariable()]);
    const play = async () => {
        const given = variables.filter(({ key }) => key.trim() !== '').map(({ key, value }) => ({ key: key.trim(), value }));
        await send('POST', `/projects/${job.pipeline.project_id}/jobs/${job.id}/play`, { job_variables_attributes: given });
        onClose(true);
    };
    return (
        <Dialog title={`Run ${job.name}`} testid="play-dialog" onClose={() => onClose(false)}>
            <Form onSend={play}>
                <div class="dialog-text">
                    {job.manual_confirmation && <p>{job.manual_confirmation}</p>}
                    <VariableRows rows={variables} onChange={setVariables} />
                </div>
                <footer>
                    <Button label="Cancel" onPress={() => onClose(false)} />
                    <Button label="Run" icon="play" kind="primary" type="submit" testid="play-submit" />
                </footer>
            </Form>
        </Dialog>
    );
}
