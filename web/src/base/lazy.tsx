// SPDX-License-Identifier: MIT
import { createElement, type ComponentType, type VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const dots = <div class="loading dark"><span /><span /><span /></div>;

/// A component whose code is fetched when it is first shown, and what is shown until then.
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>, meanwhile: VNode | null = dots): ComponentType<P> {
    let ready: ComponentType<P> | null = null;
    return function Lazy(props: P) {
        const [view, setView] = useState<{ view: ComponentType<P> } | null>(ready && { view: ready });
        const [failed, setFailed] = useState(false);
        useEffect(() => {
            load().then((loaded) => {
                ready = loaded;
                setView({ view: loaded });
            }, () => setFailed(true));
        }, []);
        if (failed) {
            return <p class="load-failure" role="alert">This part of the page did not load. Reload the page to try again.</p>;
        }
        return view ? createElement(view.view, props) : meanwhile;
    };
}
