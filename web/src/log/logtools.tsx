// SPDX-License-Identifier: MIT
// The bar over the log: search, sections, follow, wrap, times, raw, full screen.
import type { Signal } from '@preact/signals';
import { count } from '../base/format';
import { stampMode, wrapLines } from '../base/preferences';
import { Button, LinkButton } from '../parts/controls';
import { Icon } from '../parts/icons';
import type { LogModel } from './model';
import { mostHits, type LogSearch } from './search';
import { stampModes } from './stamps';

export interface LogToolsProps {
    model: LogModel;
    follow: Signal<boolean>;
    searchText: Signal<string>;
    search: LogSearch | null;
    place: number;
    active: boolean;
    rawHref: string;
    go: (step: 1 | -1) => void;
    foldAll: (folded: boolean) => void;
    full: () => void;
}

function SearchBox({ searchText, search, place, go }: Pick<LogToolsProps, 'searchText' | 'search' | 'place' | 'go'>) {
    const found = search?.places.length ?? 0;
    const text = !search ? '' : found === 0 ? 'none' : `${place + 1} of ${found >= mostHits ? `${mostHits}+` : found}`;
    return (
        <form class="log-search" role="search" onSubmit={(event) => {
            event.preventDefault();
            go(1);
        }}>
            <Icon name="search" size={14} />
            <input id="log-search" type="search" placeholder="Search in the log" aria-label="Search in the log" value={searchText.value} data-testid="log-search"
                onInput={(event) => { searchText.value = event.currentTarget.value; }}
                onKeyDown={(event) => {
                    if (event.key === 'Enter' && event.shiftKey) {
                        event.preventDefault();
                        go(-1);
                    } else if (event.key === 'Escape') {
                        searchText.value = '';
                        event.currentTarget.blur();
                    }
                }} />
            <output class="log-count num" data-testid="log-hits">{text}</output>
            <Button label="Previous hit" icon="up" kind="ghost" bare disabled={found === 0} onPress={() => go(-1)} />
            <Button label="Next hit" icon="down" kind="ghost" bare disabled={found === 0} onPress={() => go(1)} />
        </form>
    );
}

export function LogTools(props: LogToolsProps) {
    const { model, follow, active, rawHref, foldAll, full } = props;
    const allFolded = model.sections.length > 0 && model.sections.every((section) => model.isFolded(section));
    const nextStamp = () => {
        const at = stampModes.findIndex((mode) => mode === stampMode.value);
        stampMode.value = stampModes[(at + 1) % stampModes.length]!;
    };
    return (
        <div class="log-tools" role="toolbar" aria-label="Log">
            <SearchBox {...props} />
            <span class="log-size num">{count(model.lines.length, 'line')}</span>
            {model.sections.length > 0 && <Button label={allFolded ? 'Unfold all sections' : 'Fold all sections'} icon="sections" kind="ghost" bare pressed={allFolded} testid="log-fold-all" onPress={() => foldAll(!allFolded)} />}
            {model.hasTimes && <Button label={`Times: ${stampMode.value}`} icon="clock" kind="ghost" bare pressed={stampMode.value !== 'off'} testid="log-times" onPress={nextStamp} />}
            <Button label="Wrap lines" icon="wrap" kind="ghost" bare pressed={wrapLines.value} testid="log-wrap" onPress={() => { wrapLines.value = !wrapLines.value; }} />
            <Button label={active ? 'Follow the end' : 'To the end'} icon="follow" kind="ghost" bare pressed={follow.value} testid="log-follow" onPress={() => { follow.value = !follow.value; }} />
            <LinkButton href={rawHref} label="Download the raw log" icon="download" kind="ghost" bare download testid="log-raw" />
            <Button label="Full screen" icon="full" kind="ghost" bare onPress={full} />
        </div>
    );
}
