// A list of people for a record: pasted or chosen as a file, rehearsed, then done. What a rehearsal shows is the tool's own.
import React, { type ReactNode, useState } from 'react';
import { Refusal, useSending } from '../parts/sending.tsx';
import type { Warning } from '../types.ts';
import { say } from '../words.ts';
import type { ToolProps } from './tool.ts';

/** A list and what is known of it; `R` is what the tool's call `rehearse` returns. */
export interface ListDraft<R> {
  text: string;
  file: File | undefined;
  rehearsal: R | undefined;
  isBusy: boolean;
  trouble: string | undefined;
  warning: Warning | undefined;
  /** Takes another list, or none; what was rehearsed is forgotten. */
  begin: (list: { text?: string; file?: File }) => void;
  rehearse: () => Promise<void>;
  /** Makes another call of the tool with the list. What it refuses is told below the list; made once more it accepts what was warned of. */
  send: <T>(name: string, done: (answer: T) => void | Promise<void>) => Promise<void>;
  /** Forgets the rehearsal, because something that it depends on was changed. */
  doubt: () => void;
}

/** Keeps a list; `more` goes along with each call. */
export function useListDraft<R>(call: ToolProps['call'], more: object = {}): ListDraft<R> {
  const [text, setText] = useState('');
  const [file, setFile] = useState<File>();
  const [rehearsal, setRehearsal] = useState<R>();
  const { isBusy, trouble, warning, send, clear } = useSending();
  const ask = <T,>(name: string, accepted: { accepted?: string } = {}) =>
    file
      ? call<T>(name, { ...more, ...accepted }, { field: 'list', file })
      : call<T>(name, { ...more, ...accepted, text });
  return {
    text,
    file,
    rehearsal,
    isBusy,
    trouble,
    warning,
    begin(list) {
      setText(list.text ?? '');
      setFile(list.file);
      setRehearsal(undefined);
      clear();
    },
    rehearse: () => send(async () => setRehearsal(await ask<R>('rehearse'))),
    send: <T,>(name: string, done: (answer: T) => void | Promise<void>) =>
      send(async () => void (await done(await ask<T>(name, warning && { accepted: warning.mark })))),
    doubt() {
      setRehearsal(undefined);
      clear();
    },
  };
}

interface Props {
  draft: ListDraft<unknown>;
  /** What files may be chosen, as the browser's file box takes it. */
  accept: string;
  /** How such a list is written. */
  hint: ReactNode;
  /** What else there is to choose, beside the file. */
  children?: ReactNode;
}

/** Draws the place for the list. */
export function ListForm({ draft, accept, hint, children }: Props) {
  const { text, file, rehearsal, isBusy, trouble, begin, rehearse } = draft;
  return (
    <section className="card" aria-labelledby="people-list">
      <h2 id="people-list">{say('List')}</h2>
      <p className="hint">{hint}</p>
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
          {file ? file.name : say('Or choose a file')}
          <input
            type="file"
            className="visually-hidden"
            accept={accept}
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
        {children}
      </div>
      <Refusal words={trouble} />
      <button
        type="button"
        className={rehearsal ? 'button' : 'button primary'}
        disabled={isBusy || (!text.trim() && !file)}
        onClick={rehearse}
      >
        {isBusy && !rehearsal ? say('Reading …') : say('See what happens')}
      </button>
    </section>
  );
}
