// SPDX-License-Identifier: MIT
import { Button, Input } from './controls';

export interface GivenVariable {
    id: number;
    key: string;
    value: string;
}

let made = 0;

export function emptyVariable(): GivenVariable {
    made += 1;
    return { id: made, key: '', value: '' };
}

/// Rows of name and value; the last one is always empty, so that there is always one to fill.
export function VariableRows({ rows, onChange }: { rows: GivenVariable[]; onChange: (rows: GivenVariable[]) => void }) {
    const change = (id: number, part: Partial<GivenVariable>) => {
        const next = rows.map((row) => row.id === id ? { ...row, ...part } : row);
        onChange(next.at(-1)?.key ? [...next, emptyVariable()] : next);
    };
    return (
        <fieldset class="variable-rows" data-testid="variables">
            <legend>Variables</legend>
            {rows.map(({ id, key, value }, index) => (
                <div class="variable-row" key={id}>
                    <Input value={key} onText={(text) => change(id, { key: text })} placeholder="NAME" aria-label={`Name of variable ${index + 1}`} class="mono" testid="variable-key" />
                    <Input value={value} onText={(text) => change(id, { value: text })} placeholder="value" aria-label={`Value of variable ${index + 1}`} class="mono" testid="variable-value" />
                    <Button label="Remove" icon="close" kind="ghost" bare disabled={index === rows.length - 1} onPress={() => onChange(rows.filter((row) => row.id !== id))} />
                </div>
            ))}
        </fieldset>
    );
}
