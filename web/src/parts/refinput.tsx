// SPDX-License-Identifier: MIT
import { Input } from './controls';

interface RefInputProps {
    id?: string;
    value: string;
    names: string[];
    onText: (ref: string) => void;
    testid: string;
    'aria-label'?: string;
}

/// A branch or tag by name; those that are known are offered.
export function RefInput({ names, ...rest }: RefInputProps) {
    return (
        <>
            <Input {...rest} list="known-refs" required />
            <datalist id="known-refs">{names.map((name) => <option key={name} value={name} />)}</datalist>
        </>
    );
}
