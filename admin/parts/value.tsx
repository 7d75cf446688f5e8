// How one value of a record is drawn, by its column. The same everywhere: in lists, on a record's page, in a comparison.
import React from 'react';
import { Link } from 'react-router-dom';
import { recordPath } from '../paths.ts';
import { usePanel } from '../state.tsx';
import type { ColumnView, ComputedView, RecordView, ValueKind } from '../types.ts';
import { say, sayDate, sayDateTime, sayNumber, sentenceIn } from '../words.ts';
import { Pill } from './pill.tsx';

/** Draws an empty value, told to screen readers as such. */
export function Nothing() {
  return (
    <span className="nothing">
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">{say('empty')}</span>
    </span>
  );
}

/** Tells whether a value counts as none. */
export function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Draws a value that comes as text with its kind, as the changes of a preview do. */
export function Said({ kind = 'text', text }: { kind?: ValueKind; text: string }) {
  const { timeZone } = usePanel();
  if (text === '') return <Nothing />;
  if (kind === 'moment') return <Moment iso={text} zone={timeZone} />;
  return <span dir="auto">{kind === 'choices' ? text.split(', ').map(sentenceIn).join(', ') : text}</span>;
}

/** Draws a record's value in a column; `isWide` on the record's own page, where there is room. */
export function Value(props: { column: ColumnView; record: RecordView; isWide?: boolean }) {
  const { column, record, isWide = false } = props;
  const reference = record.references[column.name];
  if (column.reference && reference)
    return (
      <Link className={isWide ? undefined : clipOf(reference.title)} to={recordPath(column.reference, reference.id)}>
        {reference.title}
      </Link>
    );
  const file = record.files?.[column.name];
  if (file)
    return (
      <a href={file} target="_blank" rel="noreferrer">
        {say('Open the file')}
      </a>
    );
  return <Plain column={column} value={record.values[column.name]} isWide={isWide} />;
}

/** Draws a value without its record, for example one side of a comparison. */
export function Plain({ column, value, isWide }: { column: ColumnView; value: unknown; isWide: boolean }) {
  const { timeZone } = usePanel();
  if (isNothing(value)) return <Nothing />;
  if (column.type === 'enum' || column.display === 'state') return <State column={column} value={String(value)} />;
  if (column.type === 'boolean') return <span>{value ? say('Yes') : say('No')}</span>;
  if (column.type === 'number' && typeof value === 'number') return <span className="number">{sayNumber(value)}</span>;
  if (column.type === 'dateTime')
    return <Moment iso={String(value)} isDay={column.display === 'date'} zone={timeZone} />;
  if (column.type === 'json') return <Json value={value} isWide={isWide} />;
  if (Array.isArray(value)) {
    // In a list the short names do, unless they are a bare sign; on the record's own page there is room for the words.
    const wordOf = (one: string) =>
      ((isWide || one.length === 1) && column.values?.find((known) => known.value === one)?.label) || one;
    return <Words values={value.map((one) => wordOf(String(one)))} />;
  }
  const known = column.values?.find((one) => one.value === value);
  return <Text display={column.display} text={known?.label ?? String(value)} isWide={isWide} />;
}

function State({ column, value }: { column: ColumnView; value: string }) {
  const known = column.values?.find((one) => one.value === value);
  return <Pill tone={known?.tone ?? 'quiet'}>{known?.label ?? value}</Pill>;
}

/** Draws a day or a moment. */
export function Moment({ iso, isDay, zone }: { iso: string; isDay?: boolean; zone: string }) {
  if (isDay) return <time dateTime={iso}>{sayDate(iso, zone)}</time>;
  const text = sayDateTime(iso, zone);
  const gap = text.lastIndexOf(' ');
  return (
    <time dateTime={iso}>
      <span>{text.slice(0, gap)}</span> <span>{text.slice(gap + 1)}</span>
    </time>
  );
}

function Words({ values }: { values: string[] }) {
  return (
    <span className="words">
      {values.map((one) => (
        <span key={one} className="word">
          {one}
        </span>
      ))}
    </span>
  );
}

function Json({ value, isWide }: { value: unknown; isWide: boolean }) {
  if (!isWide) return <code className="clip">{JSON.stringify(value)}</code>;
  return <pre className="json">{JSON.stringify(value, null, 2)}</pre>;
}

/** Long texts take two lines of a list; a short one, such as a number or a name, is not torn apart. */
const clipOf = (text: string) => (widthOf(text) > 18 ? 'clip' : 'clip short');

/** Signs of Chinese, Japanese and Korean are twice as wide. */
const widthOf = (text: string) => text.length + (text.match(/[\u2e80-\uffef]/g)?.length ?? 0);

function Text({ display, text, isWide }: { display: string; text: string; isWide: boolean }) {
  if (display === 'email' && isWide) return <a href={`mailto:${text}`}>{text}</a>;
  if (display === 'link' && /^(https?:\/\/|\/)/.test(text))
    return (
      <a href={text} target="_blank" rel="noreferrer">
        {/^(https?:\/\/[^/]+)?\/files\//.test(text) ? say('Open the file') : text}
      </a>
    );
  if (isWide) return <span className={display === 'longText' ? 'prose' : undefined}>{text}</span>;
  return (
    <span className={clipOf(text)} title={text.length > 40 ? text : undefined}>
      {text}
    </span>
  );
}

/** Draws a worked-out value: words, a number, a link, or a bar. */
export function Computed({ column, value }: { column: ComputedView; value: unknown }) {
  if (isNothing(value)) return <Nothing />;
  if (column.display === 'progress') return <Share value={value} label={column.label} />;
  if (typeof value === 'number') return <span className="number">{sayNumber(value)}</span>;
  if (typeof value === 'object') return <Json value={value} isWide={false} />;
  return <Text display={column.display} text={String(value)} isWide />;
}

/** Draws a bar: a share from 0 to 1, `{done, total}`, or words such as "3 of 10". */
function Share({ value, label }: { value: unknown; label: string }) {
  const { share, words } = readShare(value);
  return (
    <span className="share">
      <progress value={share} max={1} aria-label={label} />
      <span className="number">{words}</span>
    </span>
  );
}

function readShare(value: unknown): { share: number; words: string } {
  if (typeof value === 'number') return { share: value, words: `${Math.round(value * 100)}%` };
  if (typeof value === 'object' && value !== null && 'total' in value && 'done' in value) {
    const [done, total] = [Number(value.done), Number(value.total)];
    return {
      share: total ? done / total : 0,
      words: say('{done} of {total}', { done: sayNumber(done), total: sayNumber(total) }),
    };
  }
  const numbers = String(value).match(/\d+/g)?.map(Number) ?? [];
  const share = numbers[1] ? (numbers[0] ?? 0) / numbers[1] : 0;
  return { share, words: String(value) };
}
