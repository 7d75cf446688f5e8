// The head of the first page: what waits for somebody, of all modules together.
import React from 'react';
import { Link } from 'react-router-dom';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/value.tsx';
import { listPath, panelPath, runPath } from '../paths.ts';
import { runWords } from '../run/run-words.ts';
import { usePanel } from '../state.tsx';
import type { DashboardView } from '../types.ts';
import { say, sayNumber, type Tone } from '../words.ts';

/** What somebody has to see to, of all modules together: where the day begins. */
export function WaitingBox({ data: { cards, approvals, paused, outbox } }: { data: DashboardView }) {
  const { timeZone } = usePanel();
  const unknown = outbox?.counts.unknown ?? 0;
  const things = cards
    .flatMap(({ title, waiting = [] }) => waiting.map((one) => ({ ...one, title })))
    .sort((one, other) => Number(other.tone === 'bad') - Number(one.tone === 'bad'));
  const isNothing = things.length + approvals.length + paused.length + unknown === 0;
  return (
    <section className="card flush wide" aria-labelledby="waiting">
      <div className="card-head">
        <h2 id="waiting">{say('Waits for you')}</h2>
      </div>
      {isNothing && (
        <p className="hint pad">
          <Icon name="Check" size={15} /> {say('Nothing waits. Everything that came in has been seen to.')}
        </p>
      )}
      <ul className="waiting-list">
        {approvals.map((run) => (
          <WaitingRow key={run.id} tone="busy" count={run.total} to={runPath(run.id)} words={run.title}>
            {runWords.awaitingApproval} · {run.actor} · <Moment iso={run.createdAt} zone={timeZone} />
          </WaitingRow>
        ))}
        {paused.map((run) => (
          <WaitingRow key={run.id} tone="busy" count={run.total} to={runPath(run.id)} words={run.title}>
            {runWords.paused} · {run.actor} · <Moment iso={run.createdAt} zone={timeZone} />
          </WaitingRow>
        ))}
        {things.map((one) => (
          <WaitingRow
            key={one.href}
            tone={one.tone}
            count={one.count}
            to={panelPath(one.href)}
            words={'label' in one ? one.label : one.summary}
          >
            {[one.note, one.title].filter(Boolean).join(' · ')}
          </WaitingRow>
        ))}
        {unknown > 0 && (
          <WaitingRow
            tone="bad"
            count={unknown}
            to={listPath('Message', { 'f.state.is': 'unknown' })}
            words={say('Messages of which nobody knows whether they left')}
          >
            {say('Outbox')}
          </WaitingRow>
        )}
      </ul>
    </section>
  );
}

function WaitingRow(props: { tone: Tone; count?: number; to: string; words: string; children: React.ReactNode }) {
  const { tone, count, to, words, children } = props;
  return (
    <li>
      <Link to={to}>
        <span className={`dot ${tone}`} aria-hidden="true" />
        <span className="number">{count !== undefined && sayNumber(count)}</span>
        <span className="waiting-words">{words}</span>
        <span className="hint">{children}</span>
        <Icon name="ChevronRight" size={16} />
      </Link>
    </li>
  );
}
