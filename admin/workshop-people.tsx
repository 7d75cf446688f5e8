// Bringing people into an event: paste a list or choose a file, see who stays, changes, comes and goes, then do it.
import React, { useEffect, useState } from 'react';
import { sentenceOf } from './api.ts';
import { useNotice } from './notices.tsx';
import { Pill } from './parts/pill.tsx';
import { sayParts } from './parts/say-parts.tsx';
import type { ToolProps } from './tools/tool.ts';
import { say, sayCount, sayNumber, type Tone } from './words.ts';

type What = 'changed' | 'fresh' | 'removed' | 'duplicate';

interface Rehearsal {
  counts: { kept: number; changed: number; fresh: number; removed: number; duplicates: number };
  lines: { line: number; name: string; what: What; note: string }[];
  more: number;
}

/** Draws the screen. */
export function WorkshopPeople({ load, call }: ToolProps) {
  const notify = useNotice();
  const [count, setCount] = useState<number>();
  const [text, setText] = useState('');
  const [file, setFile] = useState<File>();
  const [removeMissing, setRemoving] = useState(false);
  const [rehearsal, setRehearsal] = useState<Rehearsal>();
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    load<{ count: number }>().then(
      (now) => setCount(now.count),
      (error) => setFault(sentenceOf(error)),
    );
  }, [load]);

  const send = <T,>(name: string) =>
    file ? call<T>(name, { removeMissing }, { field: 'list', file }) : call<T>(name, { text, removeMissing });
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setFault(undefined);
    try {
      await work();
    } catch (error) {
      setFault(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  const rehearse = () => attempt(async () => setRehearsal(await send<Rehearsal>('rehearse')));
  const apply = () =>
    attempt(async () => {
      const done = await send<{ made: number; changed: number; removed: number }>('apply');
      notify(
        say('New: {made}, changed: {changed}, removed: {removed}.', {
          made: sayNumber(done.made),
          changed: sayNumber(done.changed),
          removed: sayNumber(done.removed),
        }),
      );
      setCount((await load<{ count: number }>()).count);
      begin({});
    });
  const begin = (next: { text?: string; file?: File }) => {
    setText(next.text ?? '');
    setFile(next.file);
    setRehearsal(undefined);
    setFault(undefined);
  };
  return (
    <div className="people-import">
      <section className="card" aria-labelledby="workshop-list">
        <h2 id="workshop-list">{say('List')}</h2>
        <p className="hint">
          {count !== undefined && `${sayCount(count, '{count} person so far.', '{count} people so far.')} `}
          {sayParts('A CSV file or an Excel workbook with {headings}. With an empty last cell a login key is made.', {
            headings: <code>Naam;Klas;Doelgroep;Identificatie</code>,
          })}
        </p>
        <label htmlFor="workshop-text">{say('Paste here')}</label>
        <textarea
          id="workshop-text"
          rows={8}
          spellCheck={false}
          dir="auto"
          value={text}
          disabled={file !== undefined}
          onChange={(event) => begin({ text: event.target.value })}
        />
        <div className="people-file">
          <label className="button">
            {file ? file.name : say('Or choose a file')}
            <input
              type="file"
              className="visually-hidden"
              accept=".csv,.txt,.xlsx,text/csv"
              onChange={(event) => {
                const [chosen] = event.target.files ?? [];
                event.target.value = '';
                if (chosen) begin({ file: chosen });
              }}
            />
          </label>
          {file && (
            <button type="button" className="button" onClick={() => begin({})}>
              {say('Without the file')}
            </button>
          )}
          <label className="workshop-check">
            <input
              type="checkbox"
              checked={removeMissing}
              onChange={(event) => {
                setRemoving(event.target.checked);
                setRehearsal(undefined);
              }}
            />{' '}
            {say('Remove people who are not in the list, with their registrations')}
          </label>
        </div>
        {fault && (
          <p className="banner bad" role="alert">
            {fault}
          </p>
        )}
        <button
          type="button"
          className={rehearsal ? 'button' : 'button primary'}
          disabled={isBusy || (!text.trim() && !file)}
          onClick={rehearse}
        >
          {isBusy && !rehearsal ? say('Reading …') : say('See what happens')}
        </button>
      </section>
      {rehearsal && <Shown rehearsal={rehearsal} isBusy={isBusy} apply={apply} />}
    </div>
  );
}

const whatWords: Readonly<Record<What, { label: string; tone: Tone }>> = {
  fresh: { label: say('New'), tone: 'good' },
  changed: { label: say('Changed'), tone: 'busy' },
  removed: { label: say('Removed'), tone: 'bad' },
  duplicate: { label: say('Key twice'), tone: 'bad' },
};

function Shown({ rehearsal, isBusy, apply }: { rehearsal: Rehearsal; isBusy: boolean; apply: () => void }) {
  const { counts, lines, more } = rehearsal;
  const doing = counts.fresh + counts.changed + counts.removed;
  const figures: [words: string, value: number, tone: string][] = [
    [say('stay as they are'), counts.kept, ''],
    [say('new'), counts.fresh, 'good'],
    [say('changed'), counts.changed, ''],
    [say('removed'), counts.removed, counts.removed > 0 ? 'bad' : ''],
    [say('keys twice'), counts.duplicates, counts.duplicates > 0 ? 'bad' : ''],
  ];
  return (
    <section className="card" aria-labelledby="workshop-rehearsal" role="status">
      <h2 id="workshop-rehearsal">{say('What will happen')}</h2>
      <ul className="people-counts">
        {figures.map(([words, value, tone]) => (
          <li key={words} className={tone}>
            <strong>{sayNumber(value)}</strong> {words}
          </li>
        ))}
      </ul>
      {lines.length > 0 && (
        <table className="people-table">
          <thead>
            <tr>
              <th scope="col">{say('Line')}</th>
              <th scope="col">{say('Name')}</th>
              <th scope="col">{say('What')}</th>
              <th scope="col">{say('In words')}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ line, name, what, note }) => (
              <tr key={`${what} ${line} ${name}`}>
                <td className="number">{line || ''}</td>
                <td dir="auto">{name}</td>
                <td>
                  <Pill tone={whatWords[what].tone}>{whatWords[what].label}</Pill>
                </td>
                <td dir="auto">{note}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {more > 0 && <p className="hint">{sayCount(more, 'And {count} more line.', 'And {count} more lines.')}</p>}
      <button
        type="button"
        className="button primary"
        disabled={isBusy || doing === 0 || counts.duplicates > 0}
        onClick={apply}
      >
        {counts.duplicates > 0 ? say('Mend the list first') : doing === 0 ? say('Nothing to do') : say('Do this')}
      </button>
    </section>
  );
}
