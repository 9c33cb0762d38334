// SPDX-License-Identifier: MIT
import { get, projectApi } from './api';
import type { Branch, Project } from './types';

export interface Refs {
    project: Project;
    /// Branches, then tags.
    names: string[];
}

/// A project with what can be chosen of it.
export async function loadRefs(path: string): Promise<Refs> {
    const project = await get<Project>(projectApi(path));
    const [branches, tags] = await Promise.all(['branches', 'tags'].map(
        (kind) => get<Branch[]>(`${projectApi(path)}/repository/${kind}?per_page=100`)));
    return { project, names: [...branches ?? [], ...tags ?? []].map((ref) => ref.name) };
}
