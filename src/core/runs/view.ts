// A run as people see it. The rule: the counts come from the items and messages themselves, whatever the run's row says.

import { type Actor, may } from '../access.ts';
import type { Core } from '../core.ts';
import { notFound, StewardError } from '../errors.ts';
import type { Row } from '../model.ts';
import { askerOf } from '../people/asked-link.ts';
import type { Run, RunItem } from './actor.ts';
import { ownerOf } from './actor.ts';
import { type ApprovalView, approvalOf, mayDecide } from './approval.ts';
import { mayHaveFile } from './file-link.ts';

type Outcome = RunItem['outcome'];
type MessageState = Row<'Message'>['state'];

/** A run with its progress. */
export interface RunView {
  id: string;
  actionId: string;
  title: string;
  resource: string;
  state: Run['state'];
  actor: string;
  selection: string;
  form: Record<string, unknown>;
  total: number;
  counts: Record<Outcome, number>;
  reasons: { outcome: Outcome; reason: string; count: number }[];
  /** Its messages by state. */
  deliveries: Record<MessageState, number>;
  startsAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Only for those who could make it themselves. */
  file?: { name: string; link: string; expiresAt: Date | null };
  mayControl: boolean;
  /** Where a second person decides, or decided. */
  approval?: ApprovalView;
  note?: string;
}

const mostReasons = 50;
const noOutcomes = { pending: 0, done: 0, skipped: 0, failed: 0, cancelled: 0 };
const noDeliveries = { queued: 0, sending: 0, sent: 0, failed: 0, unknown: 0, cancelled: 0, bounced: 0 };

/** Returns a run as the actor may see it. Throws not-found. */
export async function readRun(core: Core, actor: Actor, runId: string): Promise<RunView> {
  const run = await findRun(core, actor, runId);
  const [outcomes, messages, file, approval] = await Promise.all([
    core.db.runItem.groupBy({ by: ['outcome', 'reason'], where: { runId }, _count: true }),
    core.db.message.groupBy({ by: ['state'], where: { runId }, _count: true }),
    fileOf(core, actor, run),
    approvalOf(core, actor, run),
  ]);
  const counts: RunView['counts'] = { ...noOutcomes };
  for (const { outcome, _count } of outcomes) counts[outcome] += _count;
  const reasons = outcomes.flatMap(({ outcome, reason, _count }) =>
    reason ? [{ outcome, reason, count: _count }] : [],
  );
  const deliveries: RunView['deliveries'] = { ...noDeliveries };
  for (const { state, _count } of messages) deliveries[state] = _count;
  return {
    id: run.id,
    actionId: run.action,
    title: run.title,
    resource: run.resource,
    state: run.state,
    actor: run.actor,
    selection: run.selection,
    form: run.form as Record<string, unknown>,
    total: run.total,
    counts,
    reasons: reasons.sort((one, other) => other.count - one.count).slice(0, mostReasons),
    deliveries,
    startsAt: run.startsAt,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    ...(file ? { file } : {}),
    mayControl: mayControl(core, actor, run),
    ...(approval ? { approval } : {}),
    ...(run.note ? { note: run.note } : {}),
  };
}

/** Returns the run if the actor may know of it: its starter, who may do the same to all records, who may see runs and read such records. Throws not-found. */
export async function findRun(core: Core, actor: Actor, runId: string): Promise<Run> {
  const run = await core.db.run.findUnique({ where: { id: runId } });
  const readsRecords = run && may(actor, core.registry.resources.get(run.resource)?.permissions.read ?? '*');
  const seesAll = actor.scope === 'all' && may(actor, 'core:runs') && readsRecords;
  if (run && (seesAll || isOwn(actor, run) || mayControl(core, actor, run))) return run;
  // Who is asked to decide must be able to look.
  if (run && run.approvalUntil !== null && (await mayDecide(core, actor, run))) return run;
  throw notFound('This run does not exist.');
}

/** Tells whether the actor may pause, resume, cancel and retry this run. */
export function mayControl(core: Core, actor: Actor, run: Run): boolean {
  const permission = core.registry.actions.get(run.action)?.action.permission ?? '*';
  return may(actor, permission) && (actor.scope === 'all' || isOwn(actor, run));
}

function isOwn(actor: Actor, run: Run): boolean {
  const owner = ownerOf(run);
  return owner.kind === actor.kind && owner.id === actor.id;
}

async function fileOf(core: Core, actor: Actor, run: Run): Promise<RunView['file']> {
  const { fileId } = run;
  if (fileId === null || !(await mayHaveFile(core, actor, run))) return undefined;
  try {
    const { name, expiresAt } = await core.files.find(fileId);
    return { name, link: core.files.link(fileId, { download: true, asker: await askerOf(core, actor) }), expiresAt };
  } catch (error) {
    // Expired and swept: the run is still worth reading.
    if (error instanceof StewardError && error.status === 404) return undefined;
    throw error;
  }
}
