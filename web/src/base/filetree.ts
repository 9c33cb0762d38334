// SPDX-License-Identifier: MIT

export interface ArtifactFile {
    path: string;
    size: number;
}

export interface FileRow {
    name: string;
    path: string;
    size: number;
    folder: boolean;
}

/// What one folder (a path that ends with a slash, or empty) shows: its folders with the sum of what
/// is in them, then its files.
export function folderRows(files: ArtifactFile[], folder: string): FileRow[] {
    const rows = new Map<string, FileRow>();
    for (const { path, size } of files) {
        if (!path.startsWith(folder) || path === folder) {
            continue;
        }
        const rest = path.slice(folder.length);
        const cut = rest.indexOf('/');
        const name = cut < 0 ? rest : rest.slice(0, cut);
        const key = folder + name + (cut < 0 ? '' : '/');
        const row = rows.get(key) ?? { name, path: key, size: 0, folder: cut >= 0 };
        row.size += size;
        rows.set(key, row);
    }
    return [...rows.values()].sort((a, b) => Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name));
}
