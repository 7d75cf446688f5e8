// One record of a preview: whose turn it is, how to come to the next one, and what would happen to it.
import React from 'react';
import { Icon } from '../parts/icon.tsx';
import { MessageView } from '../parts/message-view.tsx';
import type { Preview } from '../types.ts';
import { say, sayNumber } from '../words.ts';

/** Draws the name of the record, its place among the others and the two buttons that lead on. `index` begins at 0. */
export function SampleHead(props: { title: string; index: number; of: number; show: (index: number) => void }) {
  const { title, index, of, show } = props;
  return (
    <header className="sample-head">
      <div>
        <h3>{title}</h3>
        <p className="hint" aria-live="polite">
          {say('{at} of {total}', { at: sayNumber(index + 1), total: sayNumber(of) })}
        </p>
      </div>
      <div className="sample-paging">
        <button
          type="button"
          className="button"
          aria-label={say('Previous')}
          disabled={index === 0}
          onClick={() => show(index - 1)}
        >
          <Icon name="ChevronLeft" />
        </button>
        <button
          type="button"
          className="button"
          aria-label={say('Next')}
          disabled={index + 1 >= of}
          onClick={() => show(index + 1)}
        >
          <Icon name="ChevronRight" />
        </button>
      </div>
    </header>
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
              <th scope="col">{say('Field')}</th>
              <th scope="col">{say('Now')}</th>
              <th scope="col">{say('Then')}</th>
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
