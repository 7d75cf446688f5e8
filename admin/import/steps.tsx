// Where one is in an import: file, columns, rehearsal, result.
import React from 'react';
import { say } from '../words.ts';

const steps = [say('File'), say('Columns'), say('Rehearsal'), say('Result')];

/** Draws the steps; `at` counts from 0. */
export function Steps({ at }: { at: number }) {
  return (
    <ol className="import-steps" aria-label={say('Steps')}>
      {steps.map((step, index) => (
        <li key={step} aria-current={index === at ? 'step' : undefined} className={index < at ? 'past' : undefined}>
          {step}
        </li>
      ))}
    </ol>
  );
}
