// The organiser's key: whether there is one, and a new one, which is shown this once.
import React, { useCallback, useEffect, useState } from 'react';
import { Confirm } from '../parts/dialog.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { Refusal, useSending } from '../parts/sending.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { Moment } from '../parts/value.tsx';
import { usePanel } from '../state.tsx';
import type { ToolProps } from '../tools/tool.ts';
import { say } from '../words.ts';

interface Known {
  current: { hint: string; createdAt: string; lastUsedAt: string | null } | null;
}

/** Draws the screen. */
export function CertificateOrganiserKey({ load, call }: ToolProps) {
  const { timeZone } = usePanel();
  const [known, setKnown] = useState<Known>();
  const [trouble, setTrouble] = useState<unknown>();
  const [key, setKey] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const { isBusy, trouble: fault, send } = useSending();
  const open = useCallback(() => {
    setTrouble(undefined);
    load<Known>().then(setKnown, setTrouble);
  }, [load]);
  useEffect(open, [open]);

  if (trouble !== undefined) return <Trouble error={trouble} retry={open} />;
  if (!known) return <Loading rows={3} />;
  const create = async () => {
    await send(async () => {
      setKey((await call<{ key: string }>('create')).key);
      open();
    });
    setAsking(false);
  };
  return (
    <section className="card organiser-key" aria-labelledby="organiser-key">
      <h2 id="organiser-key">{say('Organiser’s key')}</h2>
      <p className="hint">
        {say(
          'With it an organiser’s own page or script may add people, change the picture and start the notices of this campaign, and of no other.',
        )}
      </p>
      {known.current ? (
        <p>
          {sayParts('The present key begins with {hint}, made {day}.', {
            hint: <code>{known.current.hint}</code>,
            day: <Moment iso={known.current.createdAt} zone={timeZone} />,
          })}{' '}
          {known.current.lastUsedAt
            ? sayParts('It was last used {day}.', {
                day: <Moment iso={known.current.lastUsedAt} zone={timeZone} />,
              })
            : say('It was never used.')}
        </p>
      ) : (
        <p>{say('There is no key yet.')}</p>
      )}
      {key && (
        <div className="banner good" role="status">
          <p>{say('This is the new key. Copy it now: it is never shown again.')}</p>
          <code className="shown-key">{key}</code>
        </div>
      )}
      <Refusal words={fault} />
      <button
        type="button"
        className="button primary"
        disabled={isBusy}
        onClick={() => (known.current ? setAsking(true) : create())}
      >
        {say('Make a new key')}
      </button>
      {isAsking && (
        <Confirm
          title={say('Make a new key?')}
          label={say('Make it')}
          isBusy={isBusy}
          yes={create}
          no={() => setAsking(false)}
        >
          <p>{say('The present key ends at once; whatever uses it must be given the new one.')}</p>
        </Confirm>
      )}
    </section>
  );
}
