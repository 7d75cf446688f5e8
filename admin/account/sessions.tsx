// The sessions of an operator, one's own or somebody else's: where, on what, since when, and the way to end them.
import React from 'react';
import { Icon } from '../parts/icon.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { Refusal, useSending } from '../parts/sending.tsx';
import { Moment } from '../parts/value.tsx';
import { usePanel } from '../state.tsx';
import type { SessionView } from '../types.ts';
import { say } from '../words.ts';

interface SessionsProps {
  sessions: SessionView[];
  /** Ends one. */
  end: (handle: string) => Promise<void>;
  /** Ends all, or all others. */
  endAll: () => Promise<void>;
  endAllLabel: string;
}

/** Draws the list. */
export function Sessions({ sessions, end, endAll, endAllLabel }: SessionsProps) {
  const { timeZone } = usePanel();
  const { isBusy, trouble, send } = useSending();
  const others = sessions.filter(({ isThis }) => !isThis);
  return (
    <section className="card" aria-labelledby="sessions">
      <h2 id="sessions">{say('Sessions')}</h2>
      {sessions.length === 0 && <p className="hint">{say('Nowhere at the moment.')}</p>}
      <ul className="sessions">
        {sessions.map((session) => (
          <li key={session.handle}>
            <Icon name={/iPhone|iPad|Android/.test(session.device) ? 'Smartphone' : 'Monitor'} size={18} />
            <div>
              <p>
                <strong>{session.device}</strong>{' '}
                {session.isThis && <span className="pill good">{say('This one')}</span>}
              </p>
              <p className="hint">
                {sayParts('{address} · last seen {seen} · since {start}', {
                  address: session.address,
                  seen: <Moment iso={session.seenAt} zone={timeZone} />,
                  start: <Moment iso={session.startedAt} zone={timeZone} />,
                })}
              </p>
            </div>
            {!session.isThis && (
              <button
                type="button"
                className="button"
                disabled={isBusy}
                aria-label={say('End the session: {device}, {address}', {
                  device: session.device,
                  address: session.address,
                })}
                onClick={() => send(() => end(session.handle))}
              >
                {say('End')}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Refusal words={trouble} />
      {others.length > 0 && (
        <div className="form-foot">
          <button type="button" className="button danger-quiet" disabled={isBusy} onClick={() => send(endAll)}>
            <Icon name="LogOut" /> {endAllLabel}
          </button>
        </div>
      )}
    </section>
  );
}
