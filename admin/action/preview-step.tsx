// The second step: what would happen, in numbers, reasons and real messages. Nothing has been written yet, and it says so.
import React from 'react';
import { Icon } from '../parts/icon.tsx';
import { MessageView } from '../parts/message-view.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import type { ActionPreview, ActionView, Preview, ResourceView } from '../types.ts';
import { lowerFirst, sayCount, sayDuration, sayList, sayNumber, upperFirst } from '../words.ts';

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
  if (!preview) return <Loading rows={6} label="Working out what would happen" />;
  return (
    <div className="preview">
      {action.description && <p className="lead">{action.description}</p>}
      <Verdict preview={preview} resource={resource} isFile={action.kind === 'all'} />
      {preview.sends && preview.undoSeconds > 0 && preview.eligible > 0 && (
        <p className="banner quiet">
          <Icon name="RotateCcw" />
          <span>
            After you start, you have {sayDuration(preview.undoSeconds * 1000)} to undo before the first message leaves.
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
          <span>Nothing is done until another operator, who may do this too, has approved exactly this plan.</span>
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
  const what = preview.sends ? 'will get it' : isFile ? 'go into the file' : 'will be included';
  return (
    <section className="verdict" aria-live="polite">
      <p className="verdict-number">
        <strong>{sayNumber(eligible)}</strong> of{' '}
        {sayCount(total, lowerFirst(resource.label.one), lowerFirst(resource.label.many))} {what}
      </p>
      {total > 0 && (
        <progress className="verdict-bar" value={eligible} max={total} aria-label="Share that will be done" />
      )}
      {left > 0 && <p>{skippedWords(left, skipped)}</p>}
      <p className="hint">{upperFirst(preview.selectionInWords)}. Nothing has been changed yet.</p>
    </section>
  );
}

function skippedWords(left: number, skipped: ActionPreview['skipped']): string {
  const [first, ...others] = skipped;
  if (first && others.length === 0) return `${sayNumber(left)} skipped: ${first.reason}.`;
  return `${sayNumber(left)} skipped: ${sayList(skipped.map(({ reason, count }) => `${sayNumber(count)} ${reason}`))}.`;
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
    <section className="sample" aria-label="One by one">
      <header className="sample-head">
        <div>
          <h3>{recordTitle}</h3>
          <p className="hint" aria-live="polite">
            {sayNumber(index + 1)} of {sayNumber(of)}
          </p>
        </div>
        <div className="sample-paging">
          <button
            type="button"
            className="button"
            aria-label="Previous"
            disabled={index === 0}
            onClick={() => show(index - 1)}
          >
            <Icon name="ChevronLeft" />
          </button>
          <button
            type="button"
            className="button"
            aria-label="Next"
            disabled={index + 1 >= of}
            onClick={() => show(index + 1)}
          >
            <Icon name="ChevronRight" />
          </button>
        </div>
      </header>
      <SampleBody preview={preview} />
    </section>
  );
}

/** Draws what would happen to one record. */
export function SampleBody({ preview }: { preview: Preview }) {
  return (
    <>
      <p>{preview.summary}</p>
      {preview.warning && (
        <p className="banner busy">
          <Icon name="AlertTriangle" /> <span>{preview.warning}</span>
        </p>
      )}
      {preview.changes && preview.changes.length > 0 && (
        <table className="changes">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Now</th>
              <th scope="col">Then</th>
            </tr>
          </thead>
          <tbody>
            {preview.changes.map((change) => (
              <tr key={change.label}>
                <th scope="row">{change.label}</th>
                <td>
                  <del>{change.from || '–'}</del>
                </td>
                <td>
                  <ins>{change.to || '–'}</ins>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {preview.image && <img className="sample-image" src={preview.image} alt={preview.summary} />}
      {preview.message && <MessageView message={preview.message} />}
    </>
  );
}
