// The second step: what would happen, in numbers, reasons and real messages. Nothing has been written yet, and it says so.
import React from 'react';
import { Icon } from '../parts/icon.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import type { ActionPreview, ActionView, ResourceView } from '../types.ts';
import { phrase, say, sayDuration, sayList, sayNumber, sayRecords, upperFirst } from '../words.ts';
import { SampleBody, SampleHead } from './sample.tsx';

interface StepProps {
  action: ActionView;
  resource: ResourceView;
  preview: ActionPreview | undefined;
  sample: ActionPreview['sample'];
  error: unknown;
  show: (index: number) => void;
  retry: () => void;
}

/** Draws the proposal. */
export function PreviewStep({ action, resource, preview, sample, error, show, retry }: StepProps) {
  if (error !== undefined && !preview) return <Trouble error={error} retry={retry} />;
  if (!preview) return <Loading rows={6} label={say('Working out what would happen')} />;
  return (
    <div className="preview">
      {action.description && <p className="lead">{action.description}</p>}
      <Verdict preview={preview} resource={resource} isFile={action.kind === 'all'} />
      {preview.sends && preview.undoSeconds > 0 && preview.eligible > 0 && (
        <p className="banner quiet">
          <Icon name="RotateCcw" />
          <span>
            {say('After you start, you have {time} to undo before the first message leaves.', {
              time: sayDuration(preview.undoSeconds * 1000),
            })}
          </span>
        </p>
      )}
      {preview.overview && preview.overview.length > 0 && (
        <ul className="banner quiet overview">
          {preview.overview.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      {preview.secondPerson && preview.eligible > 0 && (
        <p className="banner quiet">
          <Icon name="Users" />
          <span>
            {say('Nothing is done until another operator, who may do this too, has approved exactly this plan.')}
          </span>
        </p>
      )}
      {sample && action.ready && <p>{sample.preview.summary}</p>}
      {sample && !action.ready && <Sample sample={sample} of={preview.eligible} show={show} />}
    </div>
  );
}

function Verdict(props: { preview: ActionPreview; resource: ResourceView; isFile: boolean }) {
  const { preview, resource, isFile } = props;
  const { eligible, total, skipped } = preview;
  const left = skipped.reduce((sum, { count }) => sum + count, 0);
  return (
    <section className="verdict" aria-live="polite">
      <p className="verdict-number">
        {sayParts(verdictWords(preview.sends, isFile), {
          eligible: <strong>{sayNumber(eligible)}</strong>,
          records: sayRecords(total, resource.label),
        })}
      </p>
      {total > 0 && (
        <progress className="verdict-bar" value={eligible} max={total} aria-label={say('Share that will be done')} />
      )}
      {left > 0 && <p>{skippedWords(left, skipped)}</p>}
      <p className="hint">
        {say('{selection}. Nothing has been changed yet.', {
          selection: upperFirst(preview.selectionInWords),
        })}
      </p>
    </section>
  );
}

function verdictWords(isSending: boolean, isFile: boolean): string {
  if (isSending) return phrase('{eligible} of {records} will get it');
  return isFile
    ? phrase('{eligible} of {records} go into the file')
    : phrase('{eligible} of {records} will be included');
}

function skippedWords(left: number, skipped: ActionPreview['skipped']): string {
  const [first, ...others] = skipped;
  if (first && others.length === 0)
    return say('{count} skipped: {reason}.', { count: sayNumber(left), reason: first.reason });
  return say('{count} skipped: {reason}.', {
    count: sayNumber(left),
    reason: sayList(skipped.map(({ reason, count }) => `${sayNumber(count)} ${reason}`)),
  });
}

function Sample({
  sample,
  of,
  show,
}: {
  sample: NonNullable<ActionPreview['sample']>;
  of: number;
  show: (i: number) => void;
}) {
  const { index, recordTitle, preview } = sample;
  return (
    <section className="sample" aria-label={say('One by one')}>
      <SampleHead title={recordTitle} index={index} of={of} show={show} />
      <SampleBody preview={preview} />
    </section>
  );
}
