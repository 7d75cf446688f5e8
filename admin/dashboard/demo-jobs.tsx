// Where the demo leads: one job of each module, ticked once it was done. Put away by whoever has seen enough, or when all are done.
import React from 'react';
import { Link } from 'react-router-dom';
import { Icon } from '../parts/icon.tsx';
import { panelPath } from '../paths.ts';
import { useKept } from '../state.tsx';
import type { DashboardView } from '../types.ts';
import { say } from '../words.ts';

/** The jobs of the demo. */
export function DemoJobs({ jobs }: { jobs: DashboardView['jobs'] }) {
  const [isAway, putAway] = useKept('demo-jobs-away', false);
  if (isAway || jobs.every(({ isDone }) => isDone)) return null;
  return (
    <section className="card flush wide" aria-labelledby="demo-jobs">
      <div className="card-head">
        <h2 id="demo-jobs">{say('Try the main job of each part')}</h2>
        <button type="button" className="button" onClick={() => putAway(true)}>
          {say('Put away')}
        </button>
      </div>
      <ol className="demo-jobs">
        {jobs.map(({ title, description, href, isDone }) => (
          <li key={href} className={isDone ? 'done' : undefined}>
            <Icon name={isDone ? 'CheckCircle' : 'Circle'} />
            <div>
              <Link to={panelPath(href)}>{title}</Link>
              {isDone && <span className="visually-hidden"> {say('Was done')}</span>}
              <p className="hint">{description}</p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
