// Assigning the undecided: rehearse a plan, read what it would mean, then give the places as a run, or take them back as one.
import React, { useCallback, useEffect, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { post } from '../api.ts';
import { Refusal, useSending } from '../parts/sending.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { Moment } from '../parts/value.tsx';
import { apiPath, recordPath, runPath } from '../paths.ts';
import { usePanel } from '../state.tsx';
import type { ToolProps } from '../tools/tool.ts';
import { say, sayCount, sayNumber } from '../words.ts';

interface Summary {
  undecided: number;
  complete: number;
  partly: number;
  nothing: number;
  places: number;
  averageRank: number | null;
  ranks: number[];
  milliseconds: number;
}

interface Plan {
  id: string;
  number: number;
  manner: 'preference' | 'chance';
  seed: number;
  summary: Summary;
  createdAt: string;
}

/** Draws the screen. */
export function WorkshopAssign({ load, call }: ToolProps) {
  const navigate = useNavigate();
  const [plans, setPlans] = useState<Plan[]>();
  const [trouble, setTrouble] = useState<unknown>();
  const [manner, setManner] = useState<Plan['manner']>('preference');
  const [seed, setSeed] = useState('');
  const { isBusy, trouble: fault, send } = useSending();
  const open = useCallback(() => {
    load<{ plans: Plan[] }>().then((found) => setPlans(found.plans), setTrouble);
  }, [load]);
  useEffect(open, [open]);
  if (trouble !== undefined) return <Trouble error={trouble} retry={open} />;
  if (!plans) return <Loading rows={4} />;
  const rehearse = () =>
    send(async () => {
      await call('rehearse', { manner, seed: seed === '' ? null : Number(seed) });
      open();
    });
  const start = (action: string, plan: Plan) =>
    send(async () => {
      const ask = { selection: { all: true, filters: { 'planId.is': plan.id } }, form: {} };
      const { eligible } = await post<{ eligible: number }>(apiPath('actions', action, 'preview'), ask);
      const body = { ...ask, expected: eligible, idempotencyKey: crypto.randomUUID() };
      const { runId } = await post<{ runId: string }>(apiPath('actions', action, 'start'), body);
      navigate(runPath(runId));
    });
  const [newest, ...older] = plans;
  return (
    <div className="people-import">
      <section className="card" aria-labelledby="assign-rehearse">
        <h2 id="assign-rehearse">{say('Rehearse')}</h2>
        <p className="hint">
          {say(
            'Finds the best plan for everybody with an open moment, under places, groups, moments, links and least numbers. Nobody gets anything before you give the places.',
          )}
        </p>
        <div className="people-file">
          <select
            aria-label={say('How')}
            value={manner}
            onChange={(event) => setManner(event.target.value as Plan['manner'])}
          >
            <option value="preference">{say('By what people would like best')}</option>
            <option value="chance">{say('By chance alone')}</option>
          </select>
          <label className="workshop-seed">
            {say('Seed')}{' '}
            <input
              type="number"
              min={0}
              max={2147483646}
              placeholder={say('by chance')}
              value={seed}
              onChange={(event) => setSeed(event.target.value)}
            />
          </label>
        </div>
        <Refusal words={fault} />
        <button type="button" className="button primary" disabled={isBusy} onClick={rehearse}>
          {isBusy ? say('Finding the best plan …') : say('Rehearse')}
        </button>
      </section>
      {newest && <PlanCard plan={newest} isBusy={isBusy} start={start} isOpen />}
      {older.map((plan) => (
        <PlanCard key={plan.id} plan={plan} isBusy={isBusy} start={start} />
      ))}
    </div>
  );
}

interface PlanProps {
  plan: Plan;
  isBusy: boolean;
  isOpen?: boolean;
  start: (action: string, plan: Plan) => void;
}

function PlanCard({ plan, isBusy, isOpen = false, start }: PlanProps) {
  const { timeZone } = usePanel();
  const { summary } = plan;
  const figures: [words: string, value: string, tone: string][] = [
    [say('get everything'), sayNumber(summary.complete), 'good'],
    [say('get some of it'), sayNumber(summary.partly), ''],
    [say('get nothing'), sayNumber(summary.nothing), summary.nothing > 0 ? 'bad' : ''],
    [say('average rank'), summary.averageRank === null ? '–' : summary.averageRank.toFixed(2), ''],
  ];
  return (
    <section className="card" aria-label={say('Plan {number}', { number: plan.number })}>
      <details open={isOpen} className="workshop-plan">
        <summary>
          {say('Plan {number}', { number: plan.number })} ·{' '}
          {plan.manner === 'preference' ? say('by preference') : say('by chance')} ·{' '}
          {say('seed {seed}', { seed: plan.seed })} · <Moment iso={plan.createdAt} zone={timeZone} />
        </summary>
        <ul className="people-counts">
          {figures.map(([words, value, tone]) => (
            <li key={words} className={tone}>
              <strong>{value}</strong> {words}
            </li>
          ))}
        </ul>
        <p className="hint">
          {sayCount(summary.undecided, '{count} undecided person', '{count} undecided people')} ·{' '}
          {sayCount(summary.places, '{count} place', '{count} places')}
          {summary.ranks.map(
            (count, at) => ` · ${say('rank {rank}: {count}', { rank: at + 1, count: sayNumber(count) })}`,
          )}
        </p>
        <div className="people-file">
          <a className="button" href={recordPath('WorkshopPlan', plan.id)}>
            {say('Who gets what, and why not')}
          </a>
          <button
            type="button"
            className="button primary"
            disabled={isBusy}
            onClick={() => start('workshops.apply-placement', plan)}
          >
            {say('Give the places')}
          </button>
          <button
            type="button"
            className="button"
            disabled={isBusy}
            onClick={() => start('workshops.undo-placement', plan)}
          >
            {say('Take them back')}
          </button>
        </div>
      </details>
    </section>
  );
}
