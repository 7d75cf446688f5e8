// What a screen shows while it has nothing to show: loading, an error, or nothing there. Each in words.
import React, { useEffect, useState } from 'react';
import { ApiError, sentenceOf } from '../api.ts';
import { homePath } from '../paths.ts';
import { say } from '../words.ts';
import { Icon } from './icon.tsx';

/** Draws grey bars after a moment; a quick answer never flickers. */
export function Loading({ rows = 5, label = say('Loading') }: { rows?: number; label?: string }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">{label}</span>
      {isSlow && Array.from({ length: rows }, (_, at) => <span key={at} className="loading-bar" aria-hidden="true" />)}
    </div>
  );
}

/** Draws what went wrong, with a way to try again. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  const isMissing = error instanceof ApiError && error.status === 404;
  return (
    <div className="empty" role="alert">
      <Icon name={isMissing ? 'Compass' : 'AlertTriangle'} size={28} />
      {isMissing ? (
        <h1 className="empty-title" tabIndex={-1}>
          {say('Nothing is here.')}
        </h1>
      ) : (
        <p className="empty-title">{say('This could not be shown.')}</p>
      )}
      <p>{isMissing ? say('It may have been deleted, or it is not open to you.') : sentenceOf(error)}</p>
      {isMissing && (
        <a className="button" href={homePath()}>
          <Icon name="Home" /> {say('Home')}
        </a>
      )}
      {retry && !isMissing && (
        <button type="button" className="button" onClick={retry}>
          {say('Try again')}
        </button>
      )}
    </div>
  );
}

/** Draws that nothing is at this address, or nothing that this person may see. */
export function Missing() {
  return <Trouble error={new ApiError(404, 'not-found', say('This does not exist.'))} />;
}

/** Draws that there is nothing, why, and what to do about it. */
export function Empty(props: { icon?: string; title: string; children?: React.ReactNode }) {
  return (
    <div className="empty">
      <Icon name={props.icon ?? 'Inbox'} size={28} />
      <p className="empty-title">{props.title}</p>
      {props.children}
    </div>
  );
}
