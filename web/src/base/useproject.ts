// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { get, projectApi } from './api';
import type { Change } from './livemessage';
import { useResource, type Resource } from './resource';
import type { Project } from './types';

function apply(value: Project, change: Change): Project | undefined {
    if (change.entity === 'project' && change.id === value.id) {
        return { ...value, ...change.data };
    }
    // A first pipeline means that the repository is empty no more.
    return value.empty_repo ? undefined : value;
}

/// A project by its path, kept up to date from when its number is known.
export function useProject(path: string): Resource<Project> {
    const [id, setId] = useState(0);
    const load = async () => {
        const project = await get<Project>(projectApi(path));
        setId(project.id);
        return project;
    };
    return useResource(path, load, { topics: id ? [`project:${id}`] : [], apply });
}
