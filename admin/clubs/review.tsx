// The review of a club: what it says, its logo and its evidence side by side, what it may be a double of, and what became of it before.
import React, { useState } from 'react';
import { Link } from 'react-router-dom';
import { ActionDrawer } from '../action/action-drawer.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Pill } from '../parts/pill.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { Nothing } from '../parts/value.tsx';
import { apiPath, recordPath } from '../paths.ts';
import { useLoad, usePanel, useResource } from '../state.tsx';
import type { ToolProps } from '../tools/tool.ts';
import type { ActionView } from '../types.ts';
import { say, sayDateTime, type Tone } from '../words.ts';

type State = 'pending' | 'approved' | 'refused' | 'suspended';

interface Earlier {
  id: string;
  number: number;
  name: string;
  info: string;
  state: State;
  refusal: string;
  appliedAt: string;
  decidedAt: string | null;
  decidedBy: string;
}

/** What the Club resource's review tool loads. */
interface Review {
  number: number;
  name: string;
  email: string;
  info: string;
  state: State;
  refusal: string;
  decidedBy: string;
  appliedAt: string;
  decidedAt: string | null;
  approvedUntil: string | null;
  renewalAskedAt: string | null;
  evidenceDeletedAt: string | null;
  logo: string | null;
  evidence: string | null;
  duplicates: { id: string; name: string; email: string; state: State; reason: string }[];
  history: Earlier[];
  next: string | null;
  waiting: number;
}

const words: Readonly<Record<State, { label: string; tone: Tone }>> = {
  pending: { label: say('Applied'), tone: 'busy' },
  approved: { label: say('Approved'), tone: 'good' },
  refused: { label: say('Refused'), tone: 'bad' },
  suspended: { label: say('Suspended'), tone: 'quiet' },
};

/** Draws the review of a club. */
export function ClubReview({ recordId, actions, acted }: ToolProps) {
  const { timeZone } = usePanel();
  const { data, error, reload } = useLoad<Review>(apiPath('tools', 'Club', recordId, 'review'));
  if (error !== undefined && !data) return <Trouble error={error} retry={reload} />;
  if (!data) return <Loading rows={8} label={say('Opening the application')} />;
  return (
    <div className="review">
      <div className="review-sides">
        <section className="card" aria-labelledby="application">
          <h2 id="application">{say('Application')}</h2>
          <Facts review={data} />
        </section>
        <Picture title={say('Logo')} source={data.logo} none={say('There is no logo.')} />
        <Picture
          title={say('Evidence')}
          source={data.evidence}
          none={
            data.evidenceDeletedAt
              ? say('It was deleted on {day}, as the settings say.', {
                  day: sayDateTime(data.evidenceDeletedAt, timeZone),
                })
              : say('There is no evidence.')
          }
          note={say('An identity document: shown here only, and deleted some days after the decision.')}
        />
      </div>
      <ReviewFoot
        model="Club"
        recordId={recordId}
        actions={actions}
        done={() => {
          reload();
          acted();
        }}
      >
        {data.next && (
          <Link className="button" to={recordPath('Club', data.next, 'review')}>
            {say('Next of {count} waiting', { count: data.waiting })} <Icon name="ArrowRight" />
          </Link>
        )}
      </ReviewFoot>
      <Duplicates list={data.duplicates} />
      <Before list={data.history} />
    </div>
  );
}

function Facts({ review }: { review: Review }) {
  const { state, refusal } = review;
  const { timeZone } = usePanel();
  const moment = (iso: string | null) => (iso ? sayDateTime(iso, timeZone) : '');
  const facts: [string, React.ReactNode][] = [
    [say('State'), <Pill tone={words[state].tone}>{words[state].label}</Pill>],
    [say('Name'), <strong dir="auto">{review.name}</strong>],
    [say('E-mail'), review.email],
    [say('Remarks'), <span dir="auto">{review.info || <Nothing />}</span>],
    [say('Applied'), moment(review.appliedAt)],
    [say('Decided'), [moment(review.decidedAt), review.decidedBy].filter(Boolean).join(', ')],
    [say('Reason'), refusal],
    [say('Approved until'), moment(review.approvedUntil)],
    [say('Asked for renewal'), moment(review.renewalAskedAt)],
  ];
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
    </dl>
  );
}

/** Says when a decision was made, and by whom where that is known. */
export function sayDecided(day: string, name: string): string {
  return name ? say('decided {day} by {name}', { day, name }) : say('decided {day}', { day });
}

/** Draws a picture of the record that opens at full size. */
export function Picture(props: { title: string; source: string | null; none: string; note?: string }) {
  const { title, source, none, note } = props;
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="card review-picture" aria-label={title}>
      <h2>{title}</h2>
      {source ? (
        <button type="button" onClick={() => setOpen(true)} aria-label={say('{title} at full size', { title })}>
          <img src={source} alt={title} />
        </button>
      ) : (
        <p className="hint">{none}</p>
      )}
      {source && note && <p className="hint">{note}</p>}
      {isOpen && source && (
        <Dialog title={title} close={() => setOpen(false)}>
          <img className="review-large" src={source} alt={title} />
        </Dialog>
      )}
    </section>
  );
}

/** Draws the verbs of a review as buttons that open the action with its preview. */
export function ReviewFoot(props: {
  model: string;
  recordId: string;
  actions: ActionView[];
  done: () => void;
  children?: React.ReactNode;
}) {
  const { model, recordId, actions, done, children } = props;
  const resource = useResource(model);
  const [acting, setActing] = useState<ActionView>();
  return (
    <div className="review-foot">
      {actions.map((action, index) => (
        <button
          key={action.id}
          type="button"
          className={action.danger ? 'button danger-quiet' : index === 0 ? 'button primary' : 'button'}
          onClick={() => setActing(action)}
        >
          <Icon name={action.icon ?? 'Play'} /> {action.label.one}
        </button>
      ))}
      <span className="review-gap" />
      {children}
      {acting && resource && (
        <ActionDrawer
          action={acting}
          resource={resource}
          selection={{ ids: [recordId] }}
          count={1}
          close={() => {
            setActing(undefined);
            done();
          }}
        />
      )}
    </div>
  );
}

function Duplicates({ list }: { list: Review['duplicates'] }) {
  if (list.length === 0) return null;
  return (
    <section className="card" aria-labelledby="doubles">
      <h2 id="doubles">{say('May be the same as')}</h2>
      <ul className="review-list">
        {list.map(({ id, name, email, state, reason }) => (
          <li key={id}>
            <Link to={recordPath('Club', id, 'review')} dir="auto">
              {name}
            </Link>
            <Pill tone={words[state].tone}>{words[state].label}</Pill>
            <span className="hint">
              {email} · {reason}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Before({ list }: { list: Earlier[] }) {
  const { timeZone } = usePanel();
  if (list.length === 0) return null;
  return (
    <section className="card" aria-labelledby="before">
      <h2 id="before">{say('Other applications with this address')}</h2>
      <ul className="review-list">
        {list.map(({ id, name, state, refusal, appliedAt, decidedAt, decidedBy }) => (
          <li key={id}>
            <Link to={recordPath('Club', id, 'review')} dir="auto">
              {name}
            </Link>
            <Pill tone={words[state].tone}>{words[state].label}</Pill>
            <span className="hint">
              {say('applied {day}', { day: sayDateTime(appliedAt, timeZone) })}
              {decidedAt && ` · ${sayDecided(sayDateTime(decidedAt, timeZone), decidedBy)}`}
              {refusal && ` · ${refusal}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
