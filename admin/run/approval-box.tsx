// The second person's place on a run's page: the frozen plan record by record, and the word that starts or ends it.
import React, { useState } from 'react';
import { SampleBody, SampleHead } from '../action/sample.tsx';
import { post, sentenceOf } from '../api.ts';
import { useNotice } from '../notices.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { Moment } from '../parts/value.tsx';
import { apiPath } from '../paths.ts';
import { useLoad, usePanel } from '../state.tsx';
import type { PlanSample, RunView } from '../types.ts';
import { say, sayCount } from '../words.ts';

/** Draws that the run waits, for those who decide with the plan and the two buttons. */
export function ApprovalBox({ run, reload }: { run: RunView; reload: () => void }) {
  const { timeZone } = usePanel();
  if (run.state !== 'awaitingApproval' || !run.approval) return null;
  const { mayDecide, until } = run.approval;
  return (
    <section className="card approval" aria-labelledby="approval">
      <h2 id="approval">{mayDecide ? say('This waits for you') : say('This waits for a second person')}</h2>
      <p>
        {mayDecide
          ? say('{actor} asks for your approval. Nothing has been done yet; below is what would be.', {
              actor: run.actor,
            })
          : say('Nothing has been done yet. Another operator who may do the same has to approve it.')}
        {until && (
          <span className="hint">
            {' '}
            {sayParts('It ends by itself on {time}.', { time: <Moment iso={String(until)} zone={timeZone} /> })}
          </span>
        )}
      </p>
      {mayDecide && <Plan runId={run.id} />}
      {mayDecide && <Decision run={run} reload={reload} />}
    </section>
  );
}

function Plan({ runId }: { runId: string }) {
  const [index, setIndex] = useState(0);
  const { data, error } = useLoad<PlanSample>(apiPath('runs', runId, 'plan'), `index=${index}`);
  if (error !== undefined && !data) return <p className="hint">{sentenceOf(error)}</p>;
  if (!data) return null;
  return (
    <div className="sample">
      <SampleHead title={data.recordTitle} index={data.index} of={data.total} show={setIndex} />
      {data.preview ? <SampleBody preview={data.preview} /> : <p>{say('This record is gone; it will be skipped.')}</p>}
    </div>
  );
}

function Decision({ run, reload }: { run: RunView; reload: () => void }) {
  const notify = useNotice();
  const [isBusy, setBusy] = useState(false);
  const [isDeclining, setDeclining] = useState(false);
  const decide = async (verb: 'approve' | 'decline', body: object, words: string) => {
    setBusy(true);
    try {
      await post(apiPath('runs', run.id, verb), body);
      notify(words);
    } catch (error) {
      notify(sentenceOf(error), 'bad');
    }
    setBusy(false);
    setDeclining(false);
    reload();
  };
  return (
    <div className="form-foot">
      <button
        type="button"
        className="button primary"
        disabled={isBusy}
        onClick={() => decide('approve', {}, say('Approved. It begins now.'))}
      >
        <Icon name="Check" /> {sayCount(run.counts.pending, 'Approve {count} record', 'Approve {count} records')}
      </button>
      <button type="button" className="button danger-quiet" disabled={isBusy} onClick={() => setDeclining(true)}>
        <Icon name="X" /> {say('Decline')}
      </button>
      {isDeclining && (
        <DeclineDialog
          isBusy={isBusy}
          close={() => setDeclining(false)}
          decline={(reason) => decide('decline', { reason }, say('Declined. Nothing was done.'))}
        />
      )}
    </div>
  );
}

function DeclineDialog(props: { isBusy: boolean; close: () => void; decline: (reason: string) => void }) {
  const [reason, setReason] = useState('');
  const footer = (
    <>
      <button type="button" className="button" onClick={props.close} disabled={props.isBusy}>
        {say('Back')}
      </button>
      <button
        type="button"
        className="button danger"
        disabled={props.isBusy || reason.trim() === ''}
        onClick={() => props.decline(reason)}
      >
        {say('Decline')}
      </button>
    </>
  );
  return (
    <Dialog title={say('Decline this run?')} close={props.close} footer={footer} isBusy={props.isBusy}>
      <div className="field">
        <label htmlFor="decline-reason">{say('Why?')}</label>
        <textarea
          id="decline-reason"
          rows={3}
          maxLength={500}
          required
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <p className="field-help">{say('Whoever started it reads this. Nothing of the plan is done.')}</p>
      </div>
    </Dialog>
  );
}
