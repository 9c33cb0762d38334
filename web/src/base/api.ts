// SPDX-License-Identifier: MIT
// Calls of /api/v4: JSON in and out, the CSRF header on every change, errors as one class.
import { signal } from '@preact/signals';
import { learnServerTime } from './clock';
import type { Session } from './types';

/// undefined until the first answer, null when nobody is signed in.
export const session = signal<Session | null | undefined>(undefined);

export class ApiError extends Error {
    constructor(readonly status: number, message: string, readonly retryAfter = 0) {
        super(message);
    }
}

export interface Page<T> {
    items: T[];
    page: number;
    total: number;
    totalPages: number;
}

/// Flattens GitLab's three shapes of an error body into a sentence. A status in front of it ("409 Conflict - ")
/// says nothing to a reader.
export function errorText(body: unknown, fallback: string): string {
    if (typeof body !== 'object' || body === null) {
        return fallback;
    }
    const { message, error } = body as { message?: unknown; error?: unknown };
    const value = message ?? error;
    if (typeof value === 'string') {
        return value.replace(/^[45]\d\d [\w ]+ - /, '');
    }
    if (typeof value === 'object' && value !== null) {
        return Object.entries(value)
            .map(([field, texts]) => {
                const text = Array.isArray(texts) ? texts.join(', ') : String(texts);
                return field === 'base' ? text : `${field.replace(/_/g, ' ')}: ${text}`;
            })
            .join('; ');
    }
    return fallback;
}

// A read that takes longer will not come: its connection is dead. A change may take its time.
const readMs = 30000;

async function call(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (body !== undefined) {
        headers['Content-Type'] = 'application/json';
    }
    if (method !== 'GET' && session.value) {
        headers['X-CSRF-Token'] = session.value.csrf_token;
    }
    try {
        const response = await fetch(`/api/v4${path}`, {
            method, headers, body: body === undefined ? undefined : JSON.stringify(body),
            credentials: 'same-origin', cache: 'no-store', signal: method === 'GET' ? AbortSignal.timeout(readMs) : null,
        });
        learnServerTime(response.headers.get('Date'));
        return response;
    } catch {
        throw new ApiError(0, 'The coordinator does not answer.');
    }
}

async function failure(response: Response): Promise<ApiError> {
    const body: unknown = await response.json().catch(() => null);
    const fallback = `${response.status} ${response.statusText}`.trim();
    return new ApiError(response.status, errorText(body, fallback), Number(response.headers.get('Retry-After') ?? 0));
}

async function checked(method: string, path: string, body?: unknown): Promise<Response> {
    let response = await call(method, path, body);
    // Another tab may have signed in again: the token changed with it, so ask once for the new one.
    if (response.status === 403 && method !== 'GET' && await tokenChanged()) {
        response = await call(method, path, body);
    }
    // Signing out of a sign-in that has expired has signed out; a wrong password has not.
    if (response.status === 401 && (path !== '/session' || method === 'DELETE')) {
        session.value = null;
    }
    if (!response.ok) {
        throw await failure(response);
    }
    return response;
}

async function tokenChanged(): Promise<boolean> {
    const before = session.value?.csrf_token;
    await loadSession();
    return Boolean(session.value) && session.value?.csrf_token !== before;
}

export async function loadSession(): Promise<void> {
    const response = await call('GET', '/session');
    if (response.ok) {
        session.value = await response.json() as Session;
    } else if (response.status === 401) {
        session.value = null;
    } else {
        throw await failure(response);
    }
}

export async function signIn(login: string, password: string): Promise<void> {
    const response = await checked('POST', '/session', { login, password });
    session.value = await response.json() as Session;
}

export async function signOut(): Promise<void> {
    await checked('DELETE', '/session');
    session.value = null;
}

export async function get<T>(path: string): Promise<T> {
    return await (await checked('GET', path)).json() as T;
}

export async function getText(path: string): Promise<string> {
    return await (await checked('GET', path)).text();
}

export async function list<T>(path: string): Promise<Page<T>> {
    const response = await checked('GET', path);
    const number = (name: string) => Number(response.headers.get(name) ?? 0);
    const items = await response.json() as T[];
    return {
        items, page: number('X-Page') || 1, total: number('X-Total') || items.length,
        totalPages: number('X-Total-Pages') || 1,
    };
}

export async function send<T = void>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
    const response = await checked(method, path, body ?? (method === 'DELETE' ? undefined : {}));
    const text = await response.text();
    return (text ? JSON.parse(text) : undefined) as T;
}

export const projectApi = (path: string): string => `/projects/${encodeURIComponent(path)}`;
