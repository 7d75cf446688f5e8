// The buttons of a run: undo, pause, resume, cancel, try the failed ones again. Which there are follows from its state.
import React, { useEffect, useState } from 'react';
import { post, sentenceOf } from '../api.ts';
import { useNotice } from '../notices.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { focusHeading } from '../parts/focus.ts';
import { Icon } from '../parts/icon.tsx';
import { apiPath } from '../paths.ts';
import type { RunView } from '../types.ts';
import { say, sayCount } from '../words.ts';
import { leftOf, startsInFuture } from './run-words.ts';

type Verb = 'pause' | 'resume' | 'cancel' | 'retry';

const saidAfter: Record<Verb, string> = {
  pause: say('Paused. What was begun is finished; nothing new begins.'),
  resume: say('Going on.'),
  cancel: say('Cancelled. What was already done stays.'),
  retry: say('Trying the failed ones again.'),
};

function useControl(run: RunView, reload: () => void) {
  const notify = useNotice();
  const [isBusy, setBusy] = useState(false);
  const control = async (verb: Verb, words = saidAfter[verb]) => {
    setBusy(true);
    focusHeading();
    try {
      await post(apiPath('runs', run.id, verb));
      notify(words);
    } catch (error) {
      notify(sentenceOf(error), 'bad');
    }
    setBusy(false);
    reload();
  };
  return { isBusy, control };
}

/** Draws the buttons that make sense now. */
export function RunControls({ run, reload }: { run: RunView; reload: () => void }) {
  const { isBusy, control } = useControl(run, reload);
  const [isAsking, setAsking] = useState(false);
  const isOpen =
    run.state === 'running' ||
    run.state === 'paused' ||
    (run.state === 'awaitingApproval' && !run.approval?.mayDecide) ||
    (run.state === 'scheduled' && !startsInFuture(run));
  return (
    <>
      {run.state === 'running' && (
        <button type="button" className="button" disabled={isBusy} onClick={() => control('pause')}>
          <Icon name="Pause" /> {say('Pause')}
        </button>
      )}
      {run.state === 'paused' && (
        <button type="button" className="button primary" disabled={isBusy} onClick={() => control('resume')}>
          <Icon name="Play" /> {say('Resume')}
        </button>
      )}
      {isOpen && (
        <button type="button" className="button danger-quiet" disabled={isBusy} onClick={() => setAsking(true)}>
          <Icon name="Square" /> {say('Cancel')}
        </button>
      )}
      {(run.state === 'finished' || run.state === 'cancelled') && run.counts.failed > 0 && (
        <button type="button" className="button primary" disabled={isBusy} onClick={() => control('retry')}>
          <Icon name="RefreshCw" />{' '}
          {sayCount(run.counts.failed, 'Try the failed one again', 'Try the {count} failed again')}
        </button>
      )}
      {isAsking && (
        <Confirm
          title={say('Cancel this run?')}
          label={say('Cancel the run')}
          isBusy={isBusy}
          no={() => setAsking(false)}
          yes={() => control('cancel').then(() => setAsking(false))}
        >
          <p>
            {sayCount(
              leftOf(run),
              '{count} record will not be done. What was already done stays as it is.',
              '{count} records will not be done. What was already done stays as it is.',
            )}
          </p>
        </Confirm>
      )}
    </>
  );
}

/** Draws the countdown before the first message leaves, with the way out. */
export function UndoWindow({ run, reload }: { run: RunView; reload: () => void }) {
  const { isBusy, control } = useControl(run, reload);
  const seconds = useSecondsUntil(String(run.startsAt));
  if (seconds <= 0) return null;
  return (
    <section className="undo" aria-label={say('Undo')}>
      <p>
        <strong aria-hidden="true" className="undo-seconds">
          {seconds}
        </strong>
        <span>
          {say('Nothing has left yet.')}{' '}
          <span aria-hidden="true">
            {sayCount(seconds, 'It starts in {count} second.', 'It starts in {count} seconds.')}
          </span>
          <span className="visually-hidden">{say('It starts in a few seconds.')}</span>
        </span>
      </p>
      {run.mayControl && (
        <button
          type="button"
          className="button"
          disabled={isBusy}
          onClick={() => control('cancel', say('Undone. Nothing was sent.'))}
        >
          <Icon name="RotateCcw" /> {say('Undo')}
        </button>
      )}
    </section>
  );
}

function useSecondsUntil(iso: string): number {
  const left = () => Math.ceil((Date.parse(iso) - Date.now()) / 1000);
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(Math.ceil((Date.parse(iso) - Date.now()) / 1000)), 250);
    return () => clearInterval(timer);
  }, [iso]);
  return seconds;
}
