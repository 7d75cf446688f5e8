// The first page: what waits for somebody, what the modules report, what left, what ran lately. Where nothing is yet, a friendly start.
import React from 'react';
import { Link } from 'react-router-dom';
import { DayBars } from '../parts/day-bars.tsx';
import { Icon } from '../parts/icon.tsx';
import { Pill } from '../parts/pill.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { Moment } from '../parts/value.tsx';
import { apiPath, listPath, panelPath, runPath } from '../paths.ts';
import { messageWords, runWords } from '../run/run-words.ts';
import { useLoad, usePanel, useTitle } from '../state.tsx';
import type { DashboardView, Figure } from '../types.ts';
import { say, sayNumber, upperFirst } from '../words.ts';
import { DemoJobs } from './demo-jobs.tsx';
import { WaitingBox } from './waiting-box.tsx';
import { Welcome } from './welcome.tsx';

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
  return href ? <Link to={panelPath(href)}>{children}</Link> : <span>{children}</span>;
}

function hasFigures({ figures, rows = [], overTime, error }: DashboardView['cards'][number]): boolean {
  return figures.length + rows.length > 0 || overTime !== undefined || error !== undefined;
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
