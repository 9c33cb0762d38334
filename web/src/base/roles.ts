// SPDX-License-Identifier: MIT
// Who sees which controls; the coordinator checks every call again.
import { session } from './api';
import type { Project } from './types';

export const roles = { reporter: 20, developer: 30, maintainer: 40, owner: 50 } as const;

/// The caller's role in a project; administrators have all of them.
export function roleIn(project: Project | undefined): number {
    if (!project) {
        return 0;
    }
    return session.value?.user.is_admin ? roles.owner : project.permissions?.project_access?.access_level ?? 0;
}

export const isDeveloper = (project: Project | undefined): boolean => roleIn(project) >= roles.developer && !project?.archived;
export const isMaintainer = (project: Project | undefined): boolean => roleIn(project) >= roles.maintainer && !project?.archived;
