// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { formErrors, noErrors, type FormErrors } from '../base/formerrors';

export interface Attempts {
    errors: FormErrors;
    /// Runs an action of the form; what it is refused for is shown beside the fields.
    attempt: (action: () => Promise<unknown>) => Promise<void>;
}

/// `names`: the fields of the form as the coordinator calls them.
export function useAttempts(names: readonly string[]): Attempts {
    const [errors, setErrors] = useState<FormErrors>(noErrors);
    const attempt = async (action: () => Promise<unknown>) => {
        setErrors(noErrors);
        try {
            await action();
        } catch (error) {
            setErrors(formErrors(error, names));
        }
    };
    return { errors, attempt };
}

export function FormError({ text }: { text: string }) {
    return text ? <p class="form-error" role="alert" data-testid="form-error">{text}</p> : null;
}
