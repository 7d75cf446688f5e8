// Adding recipients: paste a list or choose a CSV file, see what each line would do, then add.
import React, { useEffect, useState } from 'react';
import { useNotice } from '../notices.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { Trouble } from '../parts/states.tsx';
import { ListForm, useListDraft } from '../tools/list-form.tsx';
import type { ToolProps } from '../tools/tool.ts';
import { say, sayCount, sayNumber } from '../words.ts';

interface Rehearsal {
  fresh: number;
  repeated: number;
  malformed: number;
  people: { line: number; email: string; number: string; name: string }[];
  skipped: { line: number; text: string; reason: string }[];
}

/** Draws the screen. */
export function CertificateRecipients({ load, call }: ToolProps) {
  const notify = useNotice();
  const [count, setCount] = useState<number>();
  const [error, setError] = useState<unknown>();
  const draft = useListDraft<Rehearsal>(call);
  useEffect(() => {
    load<{ count: number }>().then((now) => setCount(now.count), setError);
  }, [load]);
  if (error !== undefined) return <Trouble error={error} />;

  const add = () =>
    draft.send<{ added: number }>('add', ({ added }) => {
      notify(sayCount(added, '{count} recipient added.', '{count} recipients added.'));
      setCount((before) => (before ?? 0) + added);
      draft.begin({});
    });
  return (
    <div className="people-import">
      <ListForm
        draft={draft}
        accept=".csv,.tsv,.txt,text/csv,text/plain"
        hint={
          <>
            {count !== undefined && `${sayCount(count, '{count} recipient so far.', '{count} recipients so far.')} `}
            {sayParts('One person a line: {short}, {longer} or {whole}; or a table with the headings {headings}.', {
              short: <code>a@b.org</code>,
              longer: <code>a@b.org,number</code>,
              whole: <code>a@b.org,number,name</code>,
              headings: <code>email, number, name</code>,
            })}
          </>
        }
      />
      {draft.rehearsal && <Shown rehearsal={draft.rehearsal} isBusy={draft.isBusy} add={add} />}
    </div>
  );
}

function Shown({ rehearsal, isBusy, add }: { rehearsal: Rehearsal; isBusy: boolean; add: () => void }) {
  const { fresh, repeated, malformed, people, skipped } = rehearsal;
  return (
    <section className="card" aria-labelledby="people-rehearsal" role="status">
      <h2 id="people-rehearsal">{say('What will happen')}</h2>
      <ul className="people-counts">
        <li className="good">{sayParts('{count} new', { count: <strong>{sayNumber(fresh)}</strong> })}</li>
        <li>{sayParts('{count} repeated', { count: <strong>{sayNumber(repeated)}</strong> })}</li>
        <li className={malformed > 0 ? 'bad' : ''}>
          {sayParts('{count} malformed', { count: <strong>{sayNumber(malformed)}</strong> })}
        </li>
      </ul>
      {skipped.length > 0 && (
        <details open={skipped.length <= 12}>
          <summary>{say('Lines that add nobody')}</summary>
          <table className="people-table">
            <thead>
              <tr>
                <th scope="col">{say('Line')}</th>
                <th scope="col">{say('It says')}</th>
                <th scope="col">{say('Reason')}</th>
              </tr>
            </thead>
            <tbody>
              {skipped.map(({ line, text, reason }) => (
                <tr key={line}>
                  <td className="number">{line}</td>
                  <td dir="auto">{text}</td>
                  <td>{reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      {people.length > 0 && (
        <details open={people.length <= 12}>
          <summary>
            {fresh > people.length ? say('New people, the first {count}', { count: people.length }) : say('New people')}
          </summary>
          <table className="people-table">
            <thead>
              <tr>
                <th scope="col">{say('E-mail')}</th>
                <th scope="col">{say('Number')}</th>
                <th scope="col">{say('Name')}</th>
              </tr>
            </thead>
            <tbody>
              {people.map(({ line, email, number, name }) => (
                <tr key={line}>
                  <td>{email}</td>
                  <td>{number}</td>
                  <td dir="auto">{name}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      <button type="button" className="button primary" disabled={isBusy || fresh === 0} onClick={add}>
        {fresh === 0 ? say('Nobody to add') : sayCount(fresh, 'Add {count} recipient', 'Add {count} recipients')}
      </button>
    </section>
  );
}
