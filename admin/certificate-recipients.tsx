// Adding recipients: paste a list or choose a CSV file, see what each line would do, then add.
import React, { useEffect, useState } from 'react';
import { sentenceOf } from './api.ts';
import { useNotice } from './notices.tsx';
import { sayParts } from './parts/say-parts.tsx';
import type { ToolProps } from './tools/tool.ts';
import { say, sayCount, sayNumber } from './words.ts';

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
  const [text, setText] = useState('');
  const [file, setFile] = useState<File>();
  const [rehearsal, setRehearsal] = useState<Rehearsal>();
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    load<{ count: number }>().then(
      ({ count: now }) => setCount(now),
      (error) => setFault(sentenceOf(error)),
    );
  }, [load]);

  const send = <T,>(name: string) => (file ? call<T>(name, {}, { field: 'list', file }) : call<T>(name, { text }));
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
  const add = () =>
    attempt(async () => {
      const { added } = await send<{ added: number }>('add');
      notify(sayCount(added, '{count} recipient added.', '{count} recipients added.'));
      setCount((before) => (before ?? 0) + added);
      setRehearsal(undefined);
      setText('');
      setFile(undefined);
    });
  const begin = (next: { text?: string; file?: File }) => {
    setText(next.text ?? '');
    setFile(next.file);
    setRehearsal(undefined);
    setFault(undefined);
  };
  return (
    <div className="people-import">
      <section className="card" aria-labelledby="people-list">
        <h2 id="people-list">{say('List')}</h2>
        <p className="hint">
          {count === undefined ? '' : `${sayCount(count, '{count} recipient so far.', '{count} recipients so far.')} `}
          {sayParts('One person a line: {short}, {longer} or {whole}; or a table with the headings {headings}.', {
            short: <code>a@b.org</code>,
            longer: <code>a@b.org,number</code>,
            whole: <code>a@b.org,number,name</code>,
            headings: <code>email, number, name</code>,
          })}
        </p>
        <label htmlFor="people-text">{say('Paste here')}</label>
        <textarea
          id="people-text"
          rows={8}
          spellCheck={false}
          dir="auto"
          value={text}
          disabled={file !== undefined}
          onChange={(event) => begin({ text: event.target.value })}
        />
        <div className="people-file">
          <label className="button">
            {file ? file.name : say('Or choose a CSV file')}
            <input
              type="file"
              className="visually-hidden"
              accept=".csv,.tsv,.txt,text/csv,text/plain"
              onChange={(event) => {
                const [chosen] = event.target.files ?? [];
                event.target.value = '';
                if (chosen) begin({ file: chosen });
              }}
            />
          </label>
          {file && (
            <button type="button" className="link-button" onClick={() => begin({})}>
              {say('Take it away')}
            </button>
          )}
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
      {rehearsal && <Shown rehearsal={rehearsal} isBusy={isBusy} add={add} />}
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
