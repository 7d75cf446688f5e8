// Bringing people into an event: paste a list or choose a file, see who stays, changes, comes and goes, then do it.
import React, { useEffect, useState } from 'react';
import { useNotice } from '../notices.tsx';
import { Pill } from '../parts/pill.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { Trouble } from '../parts/states.tsx';
import { WarningBox } from '../parts/warning-box.tsx';
import { type ListDraft, ListForm, useListDraft } from '../tools/list-form.tsx';
import type { ToolProps } from '../tools/tool.ts';
import { say, sayCount, sayNumber, type Tone } from '../words.ts';

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
  const [error, setError] = useState<unknown>();
  const [removeMissing, setRemoving] = useState(false);
  const draft = useListDraft<Rehearsal>(call, { removeMissing });
  useEffect(() => {
    load<{ count: number }>().then((now) => setCount(now.count), setError);
  }, [load]);
  if (error !== undefined) return <Trouble error={error} />;

  const apply = () =>
    draft.send<{ made: number; changed: number; removed: number }>('apply', async (done) => {
      notify(
        say('New: {made}, changed: {changed}, removed: {removed}.', {
          made: sayNumber(done.made),
          changed: sayNumber(done.changed),
          removed: sayNumber(done.removed),
        }),
      );
      setCount((await load<{ count: number }>()).count);
      draft.begin({});
    });
  return (
    <div className="people-import">
      <ListForm
        draft={draft}
        accept=".csv,.txt,.xlsx,text/csv"
        hint={
          <>
            {count !== undefined && `${sayCount(count, '{count} person so far.', '{count} people so far.')} `}
            {sayParts('A CSV file or an Excel workbook with {headings}. With an empty last cell a login key is made.', {
              headings: <code>Naam;Klas;Doelgroep;Identificatie</code>,
            })}
          </>
        }
      >
        <label className="check">
          <input
            type="checkbox"
            checked={removeMissing}
            onChange={(event) => {
              setRemoving(event.target.checked);
              draft.doubt();
            }}
          />
          {say('Remove people who are not in the list, with their registrations')}
        </label>
      </ListForm>
      {draft.rehearsal && <Shown draft={draft} rehearsal={draft.rehearsal} apply={apply} />}
    </div>
  );
}

const whatWords: Readonly<Record<What, { label: string; tone: Tone }>> = {
  fresh: { label: say('New'), tone: 'good' },
  changed: { label: say('Changed'), tone: 'busy' },
  removed: { label: say('Removed'), tone: 'bad' },
  duplicate: { label: say('Key twice'), tone: 'bad' },
};

function Shown(props: { draft: ListDraft<Rehearsal>; rehearsal: Rehearsal; apply: () => void }) {
  const { draft, rehearsal, apply } = props;
  const { isBusy, warning } = draft;
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
      <WarningBox warning={warning} />
      <button
        type="button"
        className="button primary"
        disabled={isBusy || doing === 0 || counts.duplicates > 0}
        onClick={apply}
      >
        {counts.duplicates > 0
          ? say('Mend the list first')
          : doing === 0
            ? say('Nothing to do')
            : warning
              ? say('Save all the same')
              : say('Do this')}
      </button>
    </section>
  );
}
