// SPDX-License-Identifier: MIT
import { Component, createElement, type ComponentType } from 'preact';

/// Draws again only when a property is another one.
export function memo<P extends object>(view: ComponentType<P>): ComponentType<P> {
    return class Memo extends Component<P> {
        override shouldComponentUpdate(next: Readonly<P>): boolean {
            const before = this.props as Record<string, unknown>;
            const after = next as Record<string, unknown>;
            const names = new Set([...Object.keys(before), ...Object.keys(after)]);
            return [...names].some((name) => before[name] !== after[name]);
        }

        override render() {
            return createElement(view, this.props as P);
        }
    };
}
