// SPDX-License-Identifier: MIT
import type { Pipeline } from '../base/types';

/// Why a CI file made no pipeline, with the place to look at.
export function YamlErrors({ pipeline }: { pipeline: Pipeline }) {
    const errors = pipeline.yaml_error_list?.length
        ? pipeline.yaml_error_list
        : [{ text: pipeline.yaml_errors ?? '', file: '', line: 0, column: 0 }];
    return (
        <section class="card bad" data-testid="yaml-errors">
            <h2>The CI file of this commit is broken</h2>
            <ul class="yaml-errors">
                {errors.map((error, index) => (
                    <li key={index} data-testid="yaml-error">
                        {error.file && <code class="place">{error.file}{error.line ? `:${error.line}:${error.column ?? 1}` : ''}</code>}
                        <span>{error.text}</span>
                    </li>
                ))}
            </ul>
        </section>
    );
}
