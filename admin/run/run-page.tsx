// A run as it goes: how far, with what outcomes, and the buttons that hold it, end it or try the failed ones again.
import React, { useEffect, useRef } from 'react';
import { Link, useParams } from 'react-router-dom';
import { exportFields } from '../action/export-form.ts';
import { Icon } from '../parts/icon.tsx';
import { Pill } from '../parts/pill.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { Moment } from '../parts/value.tsx';
import { apiPath, listPath } from '../paths.ts';
import { useLoad, usePanel, useResource, useTitle } from '../state.tsx';
import type { ActionView, RunView } from '../types.ts';
import { say, sayCount, sayList, sayNumber, upperFirst } from '../words.ts';
import { ApprovalBox } from './approval-box.tsx';
import { RunControls, UndoWindow } from './run-controls.tsx';
import { RunItems } from './run-items.tsx';
import {
  leftOf,
  messageWords,
  outcomeOrder,
  outcomeWords,
  runTone,
  runWords,
  startsInFuture,
  toneOf,
} from './run-words.ts';

/** The page of a run. */
export function RunPage() {
  const { id = '' } = useParams();
  const { data: run, error, reload } = useLoad<RunView>(apiPath('runs', id));
  useTitle(run?.title);
  usePolling(run, reload);
  if (error !== undefined && !run) return <Trouble error={error} retry={reload} />;
  if (!run) return <Loading rows={6} label={say('Loading the run')} />;
  return (
    <div className="page">
      <RunHead run={run} reload={reload} />
      <ApprovalBox run={run} reload={reload} />
      {startsInFuture(run) && <UndoWindow run={run} reload={reload} />}
      <RunProgress run={run} />
      <div className="columns-2">
        <Outcomes run={run} />
        <Deliveries run={run} />
        <Facts run={run} />
      </div>
      <RunItems run={run} />
    </div>
  );
}

/** Reads the run again each second while something moves, each fifth while only messages are on their way. */
function usePolling(run: RunView | undefined, reload: () => void): void {
  const isActive = run?.state === 'running' || run?.state === 'scheduled';
  const isWaiting = run?.state === 'awaitingApproval';
  const isSending = (run?.deliveries.queued ?? 0) + (run?.deliveries.sending ?? 0) > 0;
  useEffect(() => {
    if (!run || (!isActive && !isSending && !isWaiting)) return;
    const timer = setTimeout(reload, isActive ? 1000 : isSending ? 3000 : 10_000);
    return () => clearTimeout(timer);
  }, [run, isActive, isSending, isWaiting, reload]);
}

function RunHead({ run, reload }: { run: RunView; reload: () => void }) {
  const runs = useResource('Run');
  return (
    <header className="page-head">
      <div>
        {runs && (
          <p className="crumbs">
            <Link to={listPath('Run')}>{upperFirst(runs.label.many)}</Link>
          </p>
        )}
        <h1 tabIndex={-1}>{run.title}</h1>
        <p className="page-sub">
          <Pill tone={runTone(run)}>{runWords[run.state]}</Pill> {run.selection}
        </p>
      </div>
      <div className="head-actions">
        {run.file && (
          <a className="button primary" href={run.file.link} download>
            <Icon name="Download" /> {run.file.name}
          </a>
        )}
        {run.mayControl && <RunControls run={run} reload={reload} />}
      </div>
    </header>
  );
}

function RunProgress({ run }: { run: RunView }) {
  const done = run.total - leftOf(run);
  const share = run.total > 0 ? Math.floor((done / run.total) * 100) : 100;
  const words = sentenceOfRun(run, done);
  return (
    <section className="run-progress" aria-label={say('Progress')}>
      <div className="stack-bar" aria-hidden="true">
        {outcomeOrder
          .filter((outcome) => run.counts[outcome] > 0)
          .map((outcome) => (
            <span key={outcome} className={toneOf[outcome]} style={{ flexGrow: run.counts[outcome] ?? 0 }} />
          ))}
      </div>
      <p className="run-sentence">
        <span>{words}</span>{' '}
        {(run.state === 'running' || run.state === 'paused') && <span className="number">{share}%</span>}
      </p>
      <SpokenProgress words={words} share={share} isOver={run.state === 'finished' || run.state === 'cancelled'} />
    </section>
  );
}

function sentenceOfRun(run: RunView, done: number): string {
  if (run.state === 'awaitingApproval') return say('Nothing has been done yet.');
  if (run.state === 'scheduled')
    return startsInFuture(run) ? say('Waiting, so that you can still undo.') : say('Starting…');
  const parts = outcomeOrder
    .filter((outcome) => outcome !== 'pending' && run.counts[outcome] > 0)
    .map((outcome) => `${sayNumber(run.counts[outcome])} ${outcomeWords[outcome]}`);
  const so = parts.length > 0 ? sayList(parts) : say('nothing was done');
  if (run.state === 'finished') return say('Finished: {so}.', { so });
  if (run.state === 'cancelled') return say('Cancelled: {so}.', { so });
  const soFar = say('{done} of {total}', { done: sayNumber(done), total: sayNumber(run.total) });
  const lead = run.state === 'paused' ? say('Paused at {soFar}', { soFar }) : say('{soFar} so far', { soFar });
  return parts.length > 1 ? `${lead}: ${so}.` : `${lead}.`;
}

/** Says the progress aloud, but only each quarter and at the end: a voice that counts to 412 helps nobody. */
function SpokenProgress({ words, share, isOver }: { words: string; share: number; isOver: boolean }) {
  const quarter = isOver ? 5 : Math.floor(share / 25);
  const spoken = useRef({ quarter: -1, words: '' });
  if (spoken.current.quarter !== quarter) spoken.current = { quarter, words };
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {spoken.current.words}
    </p>
  );
}

function Outcomes({ run }: { run: RunView }) {
  return (
    <section className="card" aria-labelledby="outcomes">
      <h2 id="outcomes">{say('Outcomes')}</h2>
      <dl className="counts">
        {outcomeOrder
          .filter((outcome) => (run.counts[outcome] ?? 0) > 0)
          .map((outcome) => (
            <div key={outcome}>
              <dt>
                <Pill tone={toneOf[outcome]}>{upperFirst(outcomeWords[outcome])}</Pill>
              </dt>
              <dd className="number">{sayNumber(run.counts[outcome])}</dd>
            </div>
          ))}
      </dl>
      {run.reasons.length > 0 && (
        <ul className="reasons">
          {run.reasons.map(({ outcome, reason, count }) => (
            <li key={`${outcome} ${reason}`}>
              <span className={`dot ${toneOf[outcome]}`} aria-hidden="true" />
              <span className="reason-words">
                {upperFirst(outcomeWords[outcome])}: {reason}
              </span>
              <span className="number">{sayNumber(count)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Deliveries({ run }: { run: RunView }) {
  const outbox = useResource('Message');
  const states = Object.entries(run.deliveries).filter(([, count]) => count > 0);
  if (states.length === 0) return null;
  const canFilter = outbox?.columns.some(({ name, filter }) => name === 'runId' && filter);
  return (
    <section className="card" aria-labelledby="deliveries">
      <h2 id="deliveries">{say('Messages')}</h2>
      <dl className="counts">
        {states.map(([state, count]) => (
          <div key={state}>
            <dt>
              <Pill tone={messageWords[state]?.tone}>{upperFirst(messageWords[state]?.label ?? state)}</Pill>
            </dt>
            <dd className="number">{sayNumber(count)}</dd>
          </div>
        ))}
      </dl>
      {canFilter && (
        <p>
          <Link to={listPath('Message', { 'f.runId.is': run.id })}>{say('See the messages')}</Link>
        </p>
      )}
    </section>
  );
}

function Facts({ run }: { run: RunView }) {
  const { timeZone } = usePanel();
  const inputs = inputsOf(
    useResource(run.resource)?.actions.find(({ id }) => id === run.actionId),
    run.form ?? {},
  );
  const times = [
    [say('Started'), run.startedAt],
    [say('Finished'), run.finishedAt],
    [say('File kept until'), run.file?.expiresAt],
  ] as const;
  return (
    <section className="card" aria-labelledby="facts">
      <h2 id="facts">{say('About this run')}</h2>
      <dl className="facts">
        <dt>{say('By')}</dt>
        <dd>{run.actor}</dd>
        <dt>{say('Records')}</dt>
        <dd>{sayCount(run.total, '{count} record', '{count} records')}</dd>
        {run.approval?.approvedBy && (
          <>
            <dt>{say('Approved by')}</dt>
            <dd>{run.approval.approvedBy}</dd>
          </>
        )}
        {times.map(
          ([label, at]) =>
            at && (
              <React.Fragment key={label}>
                <dt>{label}</dt>
                <dd>
                  <Moment iso={String(at)} zone={timeZone} />
                </dd>
              </React.Fragment>
            ),
        )}
        {inputs.map(([label, value]) => (
          <React.Fragment key={label}>
            <dt>{label}</dt>
            <dd className="prose">{value}</dd>
          </React.Fragment>
        ))}
        {run.note && (
          <>
            <dt>{say('Note')}</dt>
            <dd>{run.note}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** Returns what was typed into the form, in the form's own words where the operator may still see it. */
function inputsOf(action: ActionView | undefined, form: Record<string, unknown>): [label: string, value: string][] {
  if (!action) return Object.entries(form).map(([name, value]) => [sayName(name), sayInput(value)]);
  const fields = action.ready === 'export' ? exportFields(action.form, form) : action.form;
  return fields
    .filter(({ name }) => form[name] !== undefined && form[name] !== null)
    .map(({ name, label, options }) => [label, sayInput(form[name], options)]);
}

function sayName(name: string): string {
  return name.replace(/([A-Z])/g, ' $1').replace(/^./, (letter) => letter.toUpperCase());
}

function sayInput(value: unknown, options: { value: string; label: string }[] = []): string {
  const word = (one: unknown) => options.find((option) => option.value === one)?.label ?? String(one);
  if (Array.isArray(value)) return value.map(word).join(', ');
  if (typeof value === 'boolean') return value ? say('Yes') : say('No');
  return typeof value === 'object' ? JSON.stringify(value) : word(value);
}
