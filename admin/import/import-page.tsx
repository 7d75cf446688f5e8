// One import from its columns to its result. What can be done next stands at the head; the rows below.
import React, { useEffect, useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { post, sentenceOf } from '../api.ts';
import { useNotice } from '../notices.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Pill } from '../parts/pill.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { apiPath, listPath } from '../paths.ts';
import { useLoad, useResource, useTitle } from '../state.tsx';
import type { ImportView } from '../types.ts';
import { lowerFirst, say, sayCount, sayList, sayNumber, upperFirst } from '../words.ts';
import { ImportRows } from './import-rows.tsx';
import { isWriting, outcomeOrder, outcomeWords, planOrder, planWords, stateOf } from './import-words.ts';
import { MappingStep } from './mapping-step.tsx';
import { Steps } from './steps.tsx';

/** The page of an import. */
export function ImportPage() {
  const { id = '' } = useParams();
  const { data: view, error, reload } = useLoad<ImportView>(apiPath('imports', id));
  useTitle(view && say('Import of {fileName}', { fileName: view.fileName }));
  useEffect(() => {
    if (view?.state !== 'running') return;
    const timer = setTimeout(reload, 1000);
    return () => clearTimeout(timer);
  }, [view, reload]);
  if (error !== undefined && !view) return <Trouble error={error} retry={reload} />;
  if (!view) return <Loading rows={6} label={say('Loading the import')} />;
  return <Loaded view={view} reload={reload} />;
}

function Loaded({ view, reload }: { view: ImportView; reload: () => void }) {
  const [isChanging, setChanging] = useState(false);
  const isMapping = view.state === 'uploaded' || (isChanging && ['rehearsed', 'refused'].includes(view.state));
  const step = isMapping ? 1 : isWriting(view) ? 3 : 2;
  const act = useAct(view, reload);
  return (
    <div className="page">
      <Head view={view} act={act} />
      <Steps at={step} />
      {view.note && <p className={view.state === 'refused' ? 'banner bad' : 'banner busy'}>{view.note}</p>}
      {isMapping ? (
        <MappingStep
          view={view}
          reload={() => {
            setChanging(false);
            reload();
          }}
        />
      ) : (
        <>
          <Progress view={view} />
          <Counts view={view} />
          <Next view={view} act={act} change={() => setChanging(true)} />
          {view.state === 'running' && view.stage === 'rehearse' ? null : <ImportRows view={view} />}
        </>
      )}
    </div>
  );
}

type Act = (verb: string, body?: object) => Promise<unknown>;

function useAct(view: ImportView, reload: () => void): Act {
  const notify = useNotice();
  return async (verb, body = {}) => {
    try {
      return await post(apiPath('imports', view.id, verb), body);
    } catch (error) {
      notify(sentenceOf(error), 'bad');
      return undefined;
    } finally {
      reload();
    }
  };
}

function Head({ view, act }: { view: ImportView; act: Act }) {
  const resource = useResource(view.resource);
  const { label, tone } = stateOf(view);
  const canEnd = ['running', 'paused', 'rehearsed'].includes(view.state);
  const download = async () => {
    const file = (await act('error-file')) as { link: string } | undefined;
    if (file) window.location.assign(file.link);
  };
  return (
    <header className="page-head">
      <div>
        {resource && (
          <p className="crumbs">
            <Link to={listPath(view.resource)}>{upperFirst(resource.label.many)}</Link>
          </p>
        )}
        <h1 tabIndex={-1}>{say('Import of {fileName}', { fileName: view.fileName })}</h1>
        <p className="page-sub">
          <Pill tone={tone}>{label}</Pill> {say('by {actor}', { actor: view.actor })}
        </p>
      </div>
      <div className="head-actions">
        {view.faulty > 0 && view.state !== 'running' && (
          <button type="button" className="button" onClick={download}>
            <Icon name="Download" /> {sayCount(view.faulty, '{count} row not imported', '{count} rows not imported')}
          </button>
        )}
        {view.state === 'running' && view.stage !== 'rehearse' && (
          <button type="button" className="button" onClick={() => act('pause')}>
            <Icon name="Pause" /> {say('Pause')}
          </button>
        )}
        {view.state === 'paused' && (
          <button type="button" className="button primary" onClick={() => act('resume')}>
            <Icon name="Play" /> {say('Go on')}
          </button>
        )}
        {canEnd && view.stage !== 'undo' && (
          <button type="button" className="button" onClick={() => act('cancel')}>
            <Icon name="X" /> {say('Cancel')}
          </button>
        )}
      </div>
    </header>
  );
}

function Progress({ view }: { view: ImportView }) {
  const all = view.plans.create + view.plans.change;
  const isRehearsal = view.stage === 'rehearse';
  const total = isRehearsal
    ? view.total
    : view.stage === 'undo'
      ? view.outcomes.done + view.outcomes.undone + view.outcomes.kept
      : all;
  const done = isRehearsal
    ? view.position
    : view.stage === 'undo'
      ? total - view.outcomes.done
      : all - view.outcomes.pending;
  if (!view.stage) return null;
  const share = total > 0 ? Math.floor((done / total) * 100) : 0;
  return (
    <section className="run-progress" aria-label={say('Progress')}>
      <div className="stack-bar" aria-hidden="true">
        <span className="good" style={{ flexGrow: done }} />
        <span style={{ flexGrow: Math.max(0, total - done) }} />
      </div>
      <p className="run-sentence">
        <span>
          {say('{done} of {total}', { done: sayNumber(done), total: sayCount(total, '{count} row', '{count} rows') })}
        </span>
        <span className="number">{share}%</span>
      </p>
    </section>
  );
}

function Counts({ view }: { view: ImportView }) {
  const plans = planOrder.map((plan) => ({ ...planWords[plan], count: view.plans[plan] }));
  const outcomes = outcomeOrder.map((outcome) => ({ ...outcomeWords[outcome], count: view.outcomes[outcome] }));
  const shown = (isWriting(view) ? [...outcomes, ...plans.slice(2)] : plans).filter(({ count }) => count > 0);
  if (shown.length === 0) return null;
  return (
    <div className="columns-2">
      <section className="card" aria-labelledby="import-counts">
        <h2 id="import-counts">{isWriting(view) ? say('What happened') : say('What would happen')}</h2>
        <dl className="counts">
          {shown.map(({ label, tone, count }) => (
            <div key={label}>
              <dt>
                <Pill tone={tone}>{label}</Pill>
              </dt>
              <dd className="number">{sayNumber(count)}</dd>
            </div>
          ))}
        </dl>
      </section>
      {view.reasons.length > 0 && (
        <section className="card" aria-labelledby="import-reasons">
          <h2 id="import-reasons">{say('Reasons')}</h2>
          <ul className="reasons import-reasons">
            {view.reasons.map(({ reason, count }) => (
              <li key={reason}>
                <span className="reason-words">{upperFirst(reason)}</span>
                <span className="number">{sayNumber(count)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Next({ view, act, change }: { view: ImportView; act: Act; change: () => void }) {
  const [isAsking, setAsking] = useState<'commit' | 'undo'>();
  const { create, change: changed } = view.plans;
  const parts = [
    create > 0 && say('{count} new', { count: sayNumber(create) }),
    changed > 0 && say('{count} changed', { count: sayNumber(changed) }),
  ].filter((part) => part !== false);
  const many = lowerFirst(useResource(view.resource)?.label.many ?? say('records'));
  const canUndo = ['finished', 'cancelled'].includes(view.state) && view.outcomes.done > 0;
  return (
    <div className="head-actions">
      {view.state === 'rehearsed' && parts.length > 0 && (
        <button type="button" className="button primary" onClick={() => setAsking('commit')}>
          {say('Import {parts}', { parts: sayList(parts) })}
        </button>
      )}
      {['rehearsed', 'refused'].includes(view.state) && (
        <button type="button" className="button" onClick={change}>
          {say('Choose the columns anew')}
        </button>
      )}
      {canUndo && (
        <button type="button" className="button" onClick={() => setAsking('undo')}>
          <Icon name="RotateCcw" /> {say('Take the import back')}
        </button>
      )}
      {isAsking && (
        <Confirm
          title={
            isAsking === 'commit'
              ? say('Import {parts} {many}?', { parts: sayList(parts), many })
              : say('Take the whole import back?')
          }
          canBeUndone={isAsking === 'commit'}
          label={isAsking === 'commit' ? say('Import') : say('Take it back')}
          yes={() => {
            setAsking(undefined);
            void act(isAsking, isAsking === 'commit' ? { expected: { create, change: changed } } : {});
          }}
          no={() => setAsking(undefined)}
        >
          <p>
            {isAsking === 'commit'
              ? say(
                  'You can take the whole import back afterwards, except for records that somebody changes meanwhile.',
                )
              : say(
                  'New records are deleted and changed values put back. Records that somebody has changed since are left as they are and listed.',
                )}
          </p>
        </Confirm>
      )}
    </div>
  );
}
