// Adding recipients: paste a list or choose a CSV file, see what each line would do, then add.
import React, { useEffect, useState } from 'react';
import { sentenceOf } from './api.ts';
import { useNotice } from './notices.tsx';
import type { ToolProps } from './tools/tool.ts';
import { sayCount, sayNumber } from './words.ts';

interface Rehearsal {
  fresh: number;
  repeated: number;
  malformed: number;
  people: { line: number; email: string; number: string; name: string }[];
  skipped: { line: number; text: string; reason: string }[];
}

/** Draws the screen. */
export function CertificateRecipients({ load, call }: ToolProps) {
  const say = useNotice();
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
      say(`${sayCount(added, 'recipient')} added.`);
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
        <h2 id="people-list">List</h2>
        <p className="hint">
          {count === undefined ? '' : `${sayCount(count, 'recipient')} so far. `}One person a line: <code>a@b.org</code>
          , <code>a@b.org,number</code> or <code>a@b.org,number,name</code>; or a table with the headings email, number
          and name.
        </p>
        <label htmlFor="people-text">Paste here</label>
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
            {file ? file.name : 'Or choose a CSV file'}
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
              Take it away
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
          {isBusy && !rehearsal ? 'Reading …' : 'See what happens'}
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
      <h2 id="people-rehearsal">What will happen</h2>
      <ul className="people-counts">
        <li className="good">
          <strong>{sayNumber(fresh)}</strong> new
        </li>
        <li>
          <strong>{sayNumber(repeated)}</strong> repeated
        </li>
        <li className={malformed > 0 ? 'bad' : ''}>
          <strong>{sayNumber(malformed)}</strong> malformed
        </li>
      </ul>
      {skipped.length > 0 && (
        <details open={skipped.length <= 12}>
          <summary>Lines that add nobody</summary>
          <table className="people-table">
            <thead>
              <tr>
                <th scope="col">Line</th>
                <th scope="col">It says</th>
                <th scope="col">Reason</th>
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
          <summary>New people{fresh > people.length ? `, the first ${people.length}` : ''}</summary>
          <table className="people-table">
            <thead>
              <tr>
                <th scope="col">E-mail</th>
                <th scope="col">Number</th>
                <th scope="col">Name</th>
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
        {fresh === 0 ? 'Nobody to add' : `Add ${sayCount(fresh, 'recipient')}`}
      </button>
    </section>
  );
}
