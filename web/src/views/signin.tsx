// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { ApiError, session, signIn } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { navigate, query } from '../base/router';
import { safeReturnTo } from '../base/routes';
import { Button, Field, Input } from '../parts/controls';
import { Mark } from '../parts/icons';

function words(error: unknown): string {
    if (!(error instanceof ApiError)) {
        return String(error);
    }
    if (error.status === 401) {
        return 'That name and password do not belong together.';
    }
    if (error.status === 429) {
        return error.retryAfter > 0 ? `Too many attempts. Try again in ${error.retryAfter} s.` : 'Too many attempts. Wait a little.';
    }
    return error.message;
}

export function SignInPage() {
    usePageTitle('Sign in');
    const [login, setLogin] = useState('');
    const [password, setPassword] = useState('');
    const [error, setError] = useState('');
    const [busy, setBusy] = useState(false);
    const submit = async (event: Event) => {
        event.preventDefault();
        setBusy(true);
        setError('');
        try {
            await signIn(login, password);
            navigate(safeReturnTo(query.value.get('return_to'), location.origin), { replace: true });
        } catch (failure) {
            setError(words(failure));
            setPassword('');
        }
        setBusy(false);
    };
    return (
        <main class="sign-in">
            <form data-testid="sign-in-form" onSubmit={(event) => void submit(event)}>
                <div class="sign-in-brand"><Mark size={34} /><h1>Capstan</h1></div>
                {session.value && <p class="hint">You are signed in as {session.value.user.username}.</p>}
                <Field label="User name or e-mail">
                    {(id) => <Input id={id} value={login} onText={setLogin} autocomplete="username" autocapitalize="none" required autofocus testid="sign-in-login" />}
                </Field>
                <Field label="Password">
                    {(id) => <Input id={id} type="password" value={password} onText={setPassword} autocomplete="current-password" required testid="sign-in-password" />}
                </Field>
                {error && <p class="form-error" role="alert" data-testid="sign-in-error">{error}</p>}
                <Button label={busy ? 'Signing in…' : 'Sign in'} kind="primary" type="submit" disabled={busy} testid="sign-in-submit" />
            </form>
        </main>
    );
}
