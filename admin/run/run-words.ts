// How a run's states and outcomes are said and coloured.
import type { RunView } from '../types.ts';
import type { Tone } from '../words.ts';
import { say } from '../words.ts';

type Outcome = keyof RunView['counts'];

/** Words for the states of a run. */
export const runWords: Record<RunView['state'], string> = {
  awaitingApproval: say('Waits for approval'),
  scheduled: say('Starting soon'),
  running: say('Running'),
  paused: say('Paused'),
  cancelled: say('Cancelled'),
  finished: say('Finished'),
};

/** Words for what became of a record. */
export const outcomeWords: Record<Outcome, string> = {
  done: say('done'),
  skipped: say('skipped'),
  failed: say('failed'),
  cancelled: say('cancelled'),
  pending: say('waiting'),
};

/** The order in which outcomes are told: first the good news, last what is still to come. */
export const outcomeOrder: readonly Outcome[] = ['done', 'skipped', 'failed', 'cancelled', 'pending'];

/** Colours of outcomes. */
export const toneOf: Record<Outcome, Tone> = {
  done: 'good',
  skipped: 'busy',
  failed: 'bad',
  cancelled: 'quiet',
  pending: 'quiet',
};

/** Words and colours for the states of messages. */
export const messageWords: Record<string, { label: string; tone: Tone } | undefined> = {
  queued: { label: say('queued'), tone: 'quiet' },
  sending: { label: say('sending'), tone: 'busy' },
  sent: { label: say('sent'), tone: 'good' },
  failed: { label: say('failed'), tone: 'bad' },
  unknown: { label: say('unknown'), tone: 'bad' },
  cancelled: { label: say('cancelled'), tone: 'quiet' },
  bounced: { label: say('bounced'), tone: 'bad' },
};

/** Returns the colour of a run's state; a finished run with failures is not a good one. */
export function runTone(run: RunView): Tone {
  if (run.state === 'finished') return run.counts.failed > 0 ? 'bad' : 'good';
  return ['awaitingApproval', 'running', 'scheduled'].includes(run.state) ? 'busy' : 'quiet';
}

/** Returns how many records have no outcome yet. */
export function leftOf(run: RunView): number {
  return run.counts.pending ?? 0;
}

/** Tells whether the run still waits for its undo window to end. */
export function startsInFuture(run: RunView): boolean {
  return run.state === 'scheduled' && Date.parse(String(run.startsAt)) > Date.now();
}
