// How the plans, outcomes and states of an import are said and coloured.
import type { ImportRowView, ImportView } from '../types.ts';
import type { Tone } from '../words.ts';
import { say } from '../words.ts';

type Said = { label: string; tone: Tone };

/** Words for what a row would do. */
export const planWords: Record<ImportRowView['plan'], Said> = {
  create: { label: say('New'), tone: 'good' },
  change: { label: say('Changed'), tone: 'busy' },
  same: { label: say('Unchanged'), tone: 'quiet' },
  repeated: { label: say('Repeated'), tone: 'quiet' },
  invalid: { label: say('Invalid'), tone: 'bad' },
};

/** The order in which plans are told. */
export const planOrder = ['create', 'change', 'same', 'repeated', 'invalid'] as const;

/** Words for what became of a row. */
export const outcomeWords: Record<ImportRowView['outcome'], Said> = {
  done: { label: say('Imported'), tone: 'good' },
  skipped: { label: say('Skipped'), tone: 'quiet' },
  failed: { label: say('Failed'), tone: 'bad' },
  undone: { label: say('Taken back'), tone: 'quiet' },
  kept: { label: say('Left as it is'), tone: 'busy' },
  pending: { label: say('Waiting'), tone: 'quiet' },
};

/** The order in which outcomes are told. */
export const outcomeOrder = ['done', 'skipped', 'failed', 'undone', 'kept', 'pending'] as const;

/** Returns the state of an import in words. */
export function stateOf({ state, stage }: ImportView): Said {
  if (state === 'running') {
    const label = { rehearse: say('Rehearsing'), commit: say('Importing'), undo: say('Taking back') }[
      stage ?? 'rehearse'
    ];
    return { label, tone: 'busy' };
  }
  const words: Record<Exclude<ImportView['state'], 'running'>, Said> = {
    uploaded: { label: say('Uploaded'), tone: 'quiet' },
    paused: { label: say('Paused'), tone: 'quiet' },
    rehearsed: { label: say('Rehearsed'), tone: 'busy' },
    finished: { label: say('Finished'), tone: 'good' },
    cancelled: { label: say('Cancelled'), tone: 'quiet' },
    undone: { label: say('Taken back'), tone: 'quiet' },
    refused: { label: say('Refused'), tone: 'bad' },
  };
  return words[state];
}

/** Tells whether rows have become something, or are about to. */
export function isWriting({ state, stage }: ImportView): boolean {
  return stage === 'commit' || stage === 'undo' || ['finished', 'undone', 'cancelled'].includes(state);
}
