// The review of an activity: what an edit changed beside what was approved, every value, its pictures.
import React from 'react';
import { Link } from 'react-router-dom';
import { Icon } from '../parts/icon.tsx';
import { Pill } from '../parts/pill.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { Said } from '../parts/value.tsx';
import { apiPath, recordPath } from '../paths.ts';
import { useLoad, usePanel } from '../state.tsx';
import type { ToolProps } from '../tools/tool.ts';
import type { ValueKind } from '../types.ts';
import { say, sayCount, sayDateTime, type Tone } from '../words.ts';
import { Picture, ReviewFoot, sayDecided } from './review.tsx';

/** What the Activity resource's review tool loads. */
interface Review {
  number: number;
  state: 'pending' | 'approved' | 'rejected';
  rejection: string;
  wasApproved: boolean;
  editedAt: string | null;
  decidedAt: string | null;
  decidedBy: string;
  values: { column: string; label: string; kind: ValueKind; value: string }[];
  differences: { column: string; label: string; kind: ValueKind; before: string; after: string }[];
  poster: string | null;
  qrcode: string | null;
  club: { id: string; name: string } | null;
  taken: number;
  page: string | null;
  next: string | null;
}

const words: Readonly<Record<Review['state'], { label: string; tone: Tone }>> = {
  pending: { label: say('In review'), tone: 'busy' },
  approved: { label: say('Approved'), tone: 'good' },
  rejected: { label: say('Rejected'), tone: 'bad' },
};

/** Draws the review of an activity. */
export function ActivityReview({ recordId, actions, acted }: ToolProps) {
  const { data, error, reload } = useLoad<Review>(apiPath('tools', 'Activity', recordId, 'review'));
  if (error !== undefined && !data) return <Trouble error={error} retry={reload} />;
  if (!data) return <Loading rows={8} label={say('Opening the activity')} />;
  return (
    <div className="review">
      <Standing review={data} />
      <Differences review={data} />
      <div className={data.poster || data.qrcode ? 'review-sides two' : 'review-sides one'}>
        <section className="card" aria-labelledby="activity">
          <h2 id="activity">{say('Activity')}</h2>
          <dl className="facts">
            {data.values.map(({ column, label, kind, value }) => (
              <React.Fragment key={column}>
                <dt>{label}</dt>
                <dd className={isChanged(data, column) ? 'review-changed' : undefined}>
                  <Said kind={kind} text={value} />
                </dd>
              </React.Fragment>
            ))}
          </dl>
        </section>
        {(data.poster || data.qrcode) && (
          <div className="review">
            {data.poster && <Picture title={say('Poster')} source={data.poster} none="" />}
            {data.qrcode && <Picture title={say('QR code')} source={data.qrcode} none="" />}
          </div>
        )}
      </div>
      <ReviewFoot
        model="Activity"
        recordId={recordId}
        actions={actions}
        done={() => {
          reload();
          acted();
        }}
      >
        {data.page && (
          <a className="button" href={data.page} target="_blank" rel="noreferrer">
            <Icon name="ExternalLink" /> {say('Public page')}
          </a>
        )}
        {data.next && (
          <Link className="button" to={recordPath('Activity', data.next, 'review')}>
            {say('Next in review')} <Icon name="ArrowRight" />
          </Link>
        )}
      </ReviewFoot>
    </div>
  );
}

function isChanged({ differences }: Review, column: string): boolean {
  return differences.some((one) => one.column === column);
}

function Standing({ review }: { review: Review }) {
  const { state, rejection, club, taken, editedAt, decidedAt, decidedBy } = review;
  const { timeZone } = usePanel();
  return (
    <p className="review-standing">
      <Pill tone={words[state].tone}>{words[state].label}</Pill>{' '}
      {club
        ? sayParts('by {club}', { club: <Link to={recordPath('Club', club.id)}>{club.name}</Link> })
        : say('announced without a club')}
      {` · ${sayCount(taken, '{count} enrolled', '{count} enrolled')}`}
      {editedAt && ` · ${say('changed {day}', { day: sayDateTime(editedAt, timeZone) })}`}
      {decidedAt && ` · ${sayDecided(sayDateTime(decidedAt, timeZone), decidedBy)}`}
      {rejection && ` · ${rejection}`}
    </p>
  );
}

function Differences({ review: { wasApproved, differences } }: { review: Review }) {
  if (!wasApproved) return null;
  return (
    <section className="card" aria-labelledby="differences">
      <h2 id="differences">{say('Changed since it was approved')}</h2>
      {differences.length === 0 ? (
        <p className="hint">{say('Nothing differs from what was approved.')}</p>
      ) : (
        <table className="changes review-changes">
          <thead>
            <tr>
              <th scope="col">{say('Field')}</th>
              <th scope="col">{say('Approved')}</th>
              <th scope="col">{say('Now')}</th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ column, label, kind, before, after }) => (
              <tr key={column}>
                <th scope="row">{label}</th>
                <td>
                  <del>
                    <Said kind={kind} text={before} />
                  </del>
                </td>
                <td>
                  <ins>
                    <Said kind={kind} text={after} />
                  </ins>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
