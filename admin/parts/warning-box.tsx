// What a change would do to other records, before it is saved: how many, the first of them with a link each, and that nothing is saved yet.
import React from 'react';
import { Link } from 'react-router-dom';
import { recordPath } from '../paths.ts';
import type { Warning } from '../types.ts';
import { say, sayCount } from '../words.ts';
import { Icon } from './icon.tsx';

/** Draws the warning; nothing where there is none. */
export function WarningBox({ warning }: { warning: Warning | undefined }) {
  if (!warning) return null;
  const { message, count, records } = warning;
  return (
    <div className="banner busy tall" role="alert">
      <Icon name="AlertTriangle" />
      <div>
        <p>
          <strong>{say('Nothing has changed yet.')}</strong> {message}
        </p>
        <ul className="warning-records">
          {records.map(({ title, note, resource, id }) => (
            <li key={`${id} ${note}`}>
              <Link to={recordPath(resource, id)} target="_blank">
                {title}
              </Link>
              : {note}
            </li>
          ))}
        </ul>
        {count > records.length && (
          <p className="hint">{sayCount(count - records.length, 'And {count} more.', 'And {count} more.')}</p>
        )}
      </div>
    </div>
  );
}
