// The first page: what waits for somebody, what the modules report, what left, what ran lately. Where nothing is yet, a friendly start.
import React, { useState } from 'react';
import { Link } from 'react-router-dom';
import { post, sentenceOf } from './api.ts';
import { DemoJobs } from './demo-jobs.tsx';
import { useNotice } from './notices.tsx';
import { DayBars } from './parts/day-bars.tsx';
import { Icon } from './parts/icon.tsx';
import { Pill } from './parts/pill.tsx';
import { sayParts } from './parts/say-parts.tsx';
import { Loading, Trouble } from './parts/states.tsx';
import { Moment } from './parts/value.tsx';
import { apiPath, homePath, listPath, newPath, runPath } from './paths.ts';
import { messageWords, runWords } from './run/run-words.ts';
import { useLoad, usePanel, useRefreshPanel, useTitle } from './state.tsx';
import type { DashboardView, Figure } from './types.ts';
import { lowerFirst, say, sayNumber, type Tone, upperFirst } from './words.ts';

/** The start page. */
export function Dashboard() {
  const { operator, isEmpty } = usePanel();
  const { data, error, reload } = useLoad<DashboardView>(apiPath('dashboard'));
  useTitle(undefined);
  const firstName = operator.name.split(' ')[0];
  return (
    <div className="page">
      <header className="page-head">
        <h1 tabIndex={-1}>{firstName ? say('Hello, {firstName}', { firstName }) : say('Hello')}</h1>
      </header>
      {isEmpty && <Welcome loaded={reload} />}
      {error !== undefined && !data && <Trouble error={error} retry={reload} />}
      {!data && error === undefined && <Loading rows={4} label={say('Loading the overview')} />}
      {data && !isEmpty && (
        <div className="dashboard">
          {data.jobs.length > 0 && <DemoJobs jobs={data.jobs} />}
          <WaitingBox data={data} />
          {data.cards.filter(hasFigures).map((card) => (
            <CardBox key={card.title} card={card} />
          ))}
          {data.outbox && <Outbox outbox={data.outbox} />}
          {data.runs && <Runs runs={data.runs} />}
          {data.cards.length === 0 && !data.outbox && !data.runs && (
            <p className="hint">{say('Choose something in the navigation to begin.')}</p>
          )}
        </div>
      )}
    </div>
  );
}

function Welcome({ loaded }: { loaded: () => void }) {
  const { resources, navigation, permissions } = usePanel();
  const refresh = useRefreshPanel();
  const notify = useNotice();
  const [isBusy, setBusy] = useState(false);
  const begin = resources.find(({ may, model }) => may.create && model === navigation[0]?.items[0]?.model);
  const load = async () => {
    setBusy(true);
    try {
      await post(apiPath('demo'));
      notify(say('The demo is loaded. Nothing of it leaves this house.'));
      refresh();
      loaded();
    } catch (error) {
      notify(sentenceOf(error), 'bad');
      setBusy(false);
    }
  };
  return (
    <section className="welcome" aria-labelledby="welcome">
      <div>
        <h2 id="welcome">{say('Nothing is here yet. Shall we look around first?')}</h2>
        <p>
          {say(
            'The demo is a small, believable set of records. You can choose some, press an action, see every message before it goes, and read the captured mails: no mail server and no account anywhere is needed.',
          )}
        </p>
        <p className="welcome-actions">
          {permissions.includes('*') && (
            <button type="button" className="button primary large" disabled={isBusy} onClick={load}>
              <Icon name="Package" /> {isBusy ? say('Loading the demo…') : say('Load the demo')}
            </button>
          )}
          {begin && (
            <Link className="button large" to={newPath(begin.model)}>
              <Icon name="Plus" /> {upperFirst(say('New {one}', { one: lowerFirst(begin.label.one) }))}
            </Link>
          )}
        </p>
      </div>
      <ol className="welcome-steps">
        <li>{sayParts('{verb} records in a list, or all that match.', { verb: <strong>{say('Choose')}</strong> })}</li>
        <li>
          {sayParts('{verb} exactly what will happen, message by message.', {
            verb: <strong>{say('Preview')}</strong>,
          })}
        </li>
        <li>{sayParts('{verb} it, and undo within the first seconds.', { verb: <strong>{say('Run')}</strong> })}</li>
      </ol>
    </section>
  );
}

function CardBox({ card }: { card: DashboardView['cards'][number] }) {
  return (
    <section className="card" aria-label={card.title}>
      <h2>{card.title}</h2>
      {card.error && (
        <p className="banner bad">
          <Icon name="AlertTriangle" /> <span>{card.error}</span>
        </p>
      )}
      {card.figures.length > 0 && (
        <ul className="figures">
          {card.figures.map((figure) => (
            <FigureBox key={figure.label} figure={figure} />
          ))}
        </ul>
      )}
      {card.overTime && <DayBars {...card.overTime} />}
      {card.rows && card.rows.length > 0 && (
        <ul className="shares">
          {card.rows.map((row) => (
            <li key={row.label}>
              <span className="share-line">
                <To href={row.href}>{row.label}</To>
                <span className="number">{row.value}</span>
              </span>
              {row.share !== undefined && (
                <progress value={row.share} max={1} aria-label={`${row.label}: ${row.value}`} />
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function FigureBox({ figure }: { figure: Figure }) {
  const value = typeof figure.value === 'number' ? sayNumber(figure.value) : figure.value;
  const inside = (
    <>
      <span className="figure-value">{value}</span>
      <span className="figure-label">
        {figure.tone && <span className={`dot ${figure.tone}`} aria-hidden="true" />}
        {figure.label}
      </span>
    </>
  );
  return <li className="figure">{figure.href ? <To href={figure.href}>{inside}</To> : inside}</li>;
}

/** A link to a place below /admin; plain words where there is none. */
function To({ href, children }: { href?: string; children: React.ReactNode }) {
  return href ? <Link to={below(href)}>{children}</Link> : <span>{children}</span>;
}

const below = (href: string) =>
  href.startsWith(homePath()) ? href : `${homePath()}${href.startsWith('/') ? '' : '/'}${href}`;

function hasFigures({ figures, rows = [], overTime, error }: DashboardView['cards'][number]): boolean {
  return figures.length + rows.length > 0 || overTime !== undefined || error !== undefined;
}

/** What somebody has to see to, of all modules together: where the day begins. */
function WaitingBox({ data: { cards, approvals, outbox, runs = [] } }: { data: DashboardView }) {
  const { timeZone } = usePanel();
  const unknown = outbox?.counts.unknown ?? 0;
  const things = cards
    .flatMap(({ title, waiting = [] }) => waiting.map((one) => ({ ...one, title })))
    .sort((one, other) => Number(other.tone === 'bad') - Number(one.tone === 'bad'));
  const paused = runs.filter(({ state }) => state === 'paused');
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
            to={below(one.href)}
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

function Outbox({ outbox }: { outbox: NonNullable<DashboardView['outbox']> }) {
  const order = ['queued', 'sending', 'sent', 'failed', 'bounced', 'cancelled'];
  const shown = order.filter((state) => (outbox.counts[state] ?? 0) > 0);
  return (
    <section className="card" aria-label={say('Outbox')}>
      <h2>{say('Outbox')}</h2>
      {shown.length === 0 ? (
        <p className="hint">{say('No message yet. What is sent appears here, with the mail server’s reply.')}</p>
      ) : (
        <ul className="figures">
          {shown.map((state) => (
            <FigureBox
              key={state}
              figure={{
                label: upperFirst(messageWords[state]?.label ?? state),
                tone: messageWords[state]?.tone,
                value: outbox.counts[state] ?? 0,
                href: listPath('Message', { 'f.state.is': state }),
              }}
            />
          ))}
        </ul>
      )}
      {outbox.overTime && shown.length > 0 && <DayBars {...outbox.overTime} />}
    </section>
  );
}

function Runs({ runs }: { runs: NonNullable<DashboardView['runs']> }) {
  const { timeZone } = usePanel();
  return (
    <section className="card flush wide" aria-label={say('Recent runs')}>
      <div className="card-head">
        <h2>{say('Recent runs')}</h2>
        <Link to={listPath('Run')}>
          {say('All runs')} <Icon name="ArrowRight" size={14} />
        </Link>
      </div>
      {runs.length === 0 ? (
        <p className="hint pad">{say('Nothing ran yet. Choose records in a list and press an action.')}</p>
      ) : (
        <ul className="run-list">
          {runs.map((run) => (
            <li key={run.id}>
              <Link to={runPath(run.id)}>{run.title}</Link>
              <Pill
                tone={
                  run.state === 'finished'
                    ? run.failed > 0
                      ? 'bad'
                      : 'good'
                    : run.state === 'running'
                      ? 'busy'
                      : 'quiet'
                }
              >
                {runWords[run.state]}
              </Pill>
              <span className="hint">
                {run.failed > 0 && `${say('{count} failed', { count: sayNumber(run.failed) })} · `}
                {sayNumber(run.total)} · {run.actor} · <Moment iso={run.createdAt} zone={timeZone} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
