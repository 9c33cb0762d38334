// SPDX-License-Identifier: MIT
import { memo } from '../base/memo';
import { duration } from '../base/format';
import { Icon } from '../parts/icons';
import { paint, styleClass } from './colours';
import { LineKind } from './linekind';
import type { LogLine } from './parser';
import type { Section } from './sections';
import { segments, type Hit, type Segment } from './segments';

export const rowHeight = 20;

export interface LogRowProps {
    line: LogLine;
    index: number;
    top: number;
    section: Section | undefined;
    folded: boolean;
    depth: number;
    chosen: boolean;
    /// The number is what the tab key comes to.
    isStop: boolean;
    stamp: string;
    hits: Hit[] | undefined;
}

const kinds: Record<LineKind, string> = { [LineKind.Plain]: '', [LineKind.Error]: ' error', [LineKind.Warning]: ' warning' };

function Piece({ segment }: { segment: Segment }) {
    const name = `${styleClass(segment.style)}${segment.hit === 'none' ? '' : ` ${segment.hit}`}`.trim();
    const style = paint(segment.style);
    if (segment.link) {
        return <a href={segment.link} target="_blank" rel="noopener noreferrer nofollow" class={name} style={style}>{segment.text}</a>;
    }
    return name || style.color || style.backgroundColor ? <span class={name || undefined} style={style}>{segment.text}</span> : <>{segment.text}</>;
}

function SectionTime({ section }: { section: Section }) {
    if (section.hideDuration || section.ended < section.started || section.ended === 0) {
        return null;
    }
    const seconds = section.ended - section.started;
    return <span class="section-time num">{seconds === 0 ? '< 1 s' : duration(seconds).replace('.0 s', ' s')}</span>;
}

function title(line: LogLine, section: Section | undefined): LogLine {
    return section && !line.text.trim() ? { ...line, text: section.name.replace(/_/g, ' '), runs: null } : line;
}

export const LogRow = memo(function LogRow(props: LogRowProps) {
    const { line, index, top, section, folded, depth, chosen, isStop, stamp, hits } = props;
    const { text, runs } = title(line, section);
    const name = `log-row${kinds[line.kind]}${section ? ' section' : ''}${chosen ? ' chosen' : ''}`;
    return (
        <div class={name} style={{ top: `${top}px` }} data-line={index} data-testid={section ? 'log-section' : 'log-line'}>
            <a class="log-number" href={`#L${index + 1}`} tabIndex={isStop ? 0 : -1} aria-label={`Line ${index + 1}`} data-number={index + 1} />
            {section
                ? <button type="button" class={folded ? 'log-fold' : 'log-fold open'} aria-expanded={!folded} aria-label={`Section ${section.name}`} data-section={section.id}><Icon name="chevron" size={12} /></button>
                : <span class="log-fold" />}
            {stamp && <span class="log-stamp" data-stamp={stamp} />}
            <span class="log-text" style={{ paddingLeft: `${Math.min(depth, 6) * 14}px` }}>
                {segments({ text, runs, hits }).map((segment, at) => <Piece key={at} segment={segment} />)}
                {'\n'}
            </span>
            {section && <SectionTime section={section} />}
        </div>
    );
});
