// How the plans, outcomes and states of an import are said and coloured.
import type { ImportRowView, ImportView } from '../types.ts';
import type { Tone } from '../words.ts';

type Said = { label: string; tone: Tone };

/** Words for what a row would do. */
export const planWords: Record<ImportRowView['plan'], Said> = {
  create: { label: 'New', tone: 'good' },
  change: { label: 'Changed', tone: 'busy' },
  same: { label: 'Unchanged', tone: 'quiet' },
  repeated: { label: 'Repeated', tone: 'quiet' },
  invalid: { label: 'Invalid', tone: 'bad' },
};

/** The order in which plans are told. */
export const planOrder = ['create', 'change', 'same', 'repeated', 'invalid'] as const;

/** Words for what became of a row. */
export const outcomeWords: Record<ImportRowView['outcome'], Said> = {
  done: { label: 'Imported', tone: 'good' },
  skipped: { label: 'Skipped', tone: 'quiet' },
  failed: { label: 'Failed', tone: 'bad' },
  undone: { label: 'Taken back', tone: 'quiet' },
  kept: { label: 'Left as it is', tone: 'busy' },
  pending: { label: 'Waiting', tone: 'quiet' },
};

/** The order in which outcomes are told. */
export const outcomeOrder = ['done', 'skipped', 'failed', 'undone', 'kept', 'pending'] as const;

/** Returns the state of an import in words. */
export function stateOf({ state, stage }: ImportView): Said {
  if (state === 'running') {
    const label = { rehearse: 'Rehearsing', commit: 'Importing', undo: 'Taking back' }[stage ?? 'rehearse'];
    return { label, tone: 'busy' };
  }
  const words: Record<Exclude<ImportView['state'], 'running'>, Said> = {
    uploaded: { label: 'Uploaded', tone: 'quiet' },
    paused: { label: 'Paused', tone: 'quiet' },
    rehearsed: { label: 'Rehearsed', tone: 'busy' },
    finished: { label: 'Finished', tone: 'good' },
    cancelled: { label: 'Cancelled', tone: 'quiet' },
    undone: { label: 'Taken back', tone: 'quiet' },
    refused: { label: 'Refused', tone: 'bad' },
  };
  return words[state];
}

/** Tells whether rows have become something, or are about to. */
export function isWriting({ state, stage }: ImportView): boolean {
  return stage === 'commit' || stage === 'undo' || ['finished', 'undone', 'cancelled'].includes(state);
}
