// Where one is in an import: file, columns, rehearsal, result.
import React from 'react';

const steps = ['File', 'Columns', 'Rehearsal', 'Result'];

/** Draws the steps; `at` counts from 0. */
export function Steps({ at }: { at: number }) {
  return (
    <ol className="import-steps" aria-label="Steps">
      {steps.map((step, index) => (
        <li key={step} aria-current={index === at ? 'step' : undefined} className={index < at ? 'past' : undefined}>
          {step}
        </li>
      ))}
    </ol>
  );
}
