// The second person: an action that asks for one freezes its set and waits until another operator approves the frozen plan or declines.
// The rule: whoever started it, by whatever door, cannot approve; the rights of both are read anew at that moment.
import { z } from 'zod';
import { type Actor, may, systemActor } from '../access.ts';
import type { AnyAction, Preview } from '../action.ts';
import type { Core } from '../core.ts';
import { tableOf } from '../database/tables.ts';
import { conflict, forbidden, invalid, notFound } from '../errors.ts';
import { job } from '../job.ts';
import type { Transaction } from '../model.ts';
import { recordTitle } from '../records/view.ts';
import type { RegisteredAction } from '../registry.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';
import { actorOf, ownerOf, type Run } from './actor.ts';
import { formOf, mayRun } from './item.ts';
import { chosenCounts } from './second-person.ts';
import { enqueueRun } from './work.ts';

/** How a run stands with its second person. */
export interface ApprovalView {
  /** Until when somebody may approve; absent once that was done. */
  until?: Date;
  /** Whether the asker is somebody who may. */
  mayDecide: boolean;
  approvedBy?: string;
  approvedAt?: Date;
}

/** One record of the frozen plan, as the action would treat it now. */
export interface PlanSample {
  index: number;
  total: number;
  recordId: string;
  recordTitle: string;
  /** Absent when the record is gone. */
  preview?: Preview;
}

const daysToDecide = 7;
const day = 86_400_000;

/** Tells whether so many records of this action need a second person, by the declaration or by what was chosen in the panel. */
export async function needsSecondPerson(
  tx: Transaction,
  { id, action }: RegisteredAction,
  count: number,
): Promise<boolean> {
  if (isDeclared(action, count)) return true;
  const from = (await chosenCounts(tx))[id];
  return from !== undefined && count >= from;
}

/** Tells whether an action by its id, `module.action`, needs a second person for so many records: a door of its own must then not do it alone. */
export async function asksSecondPerson(core: Core, actionId: string, count: number): Promise<boolean> {
  const registered = core.registry.actions.get(actionId);
  return registered !== undefined && needsSecondPerson(core.db, registered, count);
}

function isDeclared({ secondPerson }: AnyAction, count: number): boolean {
  return typeof secondPerson === 'function' ? secondPerson(count) : secondPerson === true;
}

/** Makes a frozen run wait for its second person. */
export async function awaitApproval(work: Work, run: Pick<Run, 'id' | 'title'>, now: Date): Promise<void> {
  await work.tx.run.update({
    where: { id: run.id },
    data: { state: 'awaitingApproval', approvalUntil: new Date(now.getTime() + daysToDecide * day) },
  });
  await work.audit({ kind: 'action', summary: `Waits for a second person: ${run.title}`, ...recordOf(run) });
}

/** Tells whether the actor may approve or decline this run, were it waiting: another operator, with the permission, who sees whatever the starter saw. */
export async function mayDecide(core: Core, actor: Actor, run: Run): Promise<boolean> {
  const permission = core.registry.actions.get(run.action)?.action.permission;
  if (actor.kind !== 'operator' || permission === undefined || !may(actor, permission)) return false;
  const owner = ownerOf(run);
  if (owner.kind === 'operator' && owner.id === actor.id) return false;
  if (owner.kind === 'apiKey' && owner.id !== null) {
    const key = await core.db.apiKey.findUnique({ where: { id: owner.id }, select: { operatorId: true } });
    if (key?.operatorId === actor.id) return false;
  }
  if (actor.scope === 'all') return true;
  const starter = await actorOf(core, owner);
  return starter !== undefined && starter.scope === actor.scope && starter.scopeId === actor.scopeId;
}

/** Returns how the run stands with its second person; undefined for one that needs none. */
export async function approvalOf(core: Core, actor: Actor, run: Run): Promise<ApprovalView | undefined> {
  if (run.approvalUntil === null) return undefined;
  const isWaiting = run.state === 'awaitingApproval';
  return {
    ...(isWaiting ? { until: run.approvalUntil } : {}),
    mayDecide: isWaiting && (await mayDecide(core, actor, run)),
    ...(run.approvedBy ? { approvedBy: run.approvedBy } : {}),
    ...(run.approvedAt ? { approvedAt: run.approvedAt } : {}),
  };
}

/** Returns one record of the frozen plan, the `index`-th from 0, for those who decide. Throws not-found. */
export async function readPlan(core: Core, actor: Actor, runId: string, index: number): Promise<PlanSample> {
  const run = await waitingRun(core, actor, runId);
  const registered = core.registry.actions.get(run.action);
  if (!registered) throw notFound();
  const where = { runId, outcome: 'pending' as const };
  const [item, total] = await Promise.all([
    core.db.runItem.findFirst({ where, orderBy: { position: 'asc' }, skip: index }),
    core.db.runItem.count({ where }),
  ]);
  if (!item) throw notFound('There is no such record in the plan.');
  const shown = { index, total, recordId: item.recordId, recordTitle: item.recordTitle };
  const preview = await previewOf(core, registered, run, item.recordId);
  return preview ? { ...shown, preview } : shown;
}

async function previewOf(core: Core, registered: RegisteredAction, run: Run, recordId: string) {
  const { action, resource } = registered;
  const starter = await actorOf(core, ownerOf(run));
  if (!starter) return undefined;
  const include = action.include ? { include: action.include } : {};
  const row = await tableOf(core.db, action.model).findFirst({ where: { id: recordId }, ...include });
  if (!row) return undefined;
  if (!action.preview) return { summary: recordTitle(resource, row) };
  return action.preview(row as never, { form: formOf(registered, run, starter) as never, core });
}

async function waitingRun(core: Core, actor: Actor, runId: string): Promise<Run> {
  const run = await core.db.run.findUnique({ where: { id: runId } });
  if (!run || !(await mayDecide(core, actor, run))) throw notFound('This run does not exist.');
  if (run.state !== 'awaitingApproval') throw notWaiting(run);
  return run;
}

/** Approves the frozen plan: the run starts, after its undo window where it sends. Throws conflict when it no longer waits. */
export async function approveRun(core: Core, actor: Actor, runId: string): Promise<void> {
  await decide(core, actor, runId, async (work, run, now) => {
    const registered = core.registry.actions.get(run.action);
    const starter = await actorOf({ ...core, db: work.tx }, ownerOf(run));
    if (!registered || !starter || !mayRun(registered, starter))
      throw conflict(`${run.actor} may not do this any more, so it cannot be approved.`);
    const startsAt = new Date(now.getTime() + (registered.action.sends ? core.config.undoSeconds * 1000 : 0));
    await work.tx.run.update({
      where: { id: runId },
      data: { state: 'scheduled', startsAt, approvedBy: actor.name, approvedById: actor.id, approvedAt: now },
    });
    await enqueueRun(work.tx, runId, startsAt);
    await work.audit({ kind: 'action', summary: `Approved: ${run.title}, started by ${run.actor}`, ...recordOf(run) });
  });
}

/** Declines the frozen plan with a reason: nothing of it is done. Throws conflict when it no longer waits. */
export async function declineRun(core: Core, actor: Actor, runId: string, reason: string): Promise<void> {
  const said = reason.trim();
  if (said === '' || said.length > 500)
    throw invalid('Please say why.', { reason: said === '' ? 'is missing' : 'may have 500 characters at most' });
  await decide(core, actor, runId, async (work, run) => {
    await endUndone(work, run, phrase(`Declined by ${actor.name}: ${said}`));
  });
}

async function decide(
  core: Core,
  actor: Actor,
  runId: string,
  act: (work: Work, run: Run, now: Date) => Promise<void>,
): Promise<void> {
  await waitingRun(core, actor, runId);
  await core.transaction(
    actor,
    async (work) => {
      // Of two who decide at once, and of a decision and a cancel, the second finds another state.
      const rows = await work.tx.$queryRaw<{ now: Date }[]>`
        SELECT clock_timestamp() AS now FROM "Run" WHERE id = ${runId} FOR UPDATE`;
      const run = await work.tx.run.findUniqueOrThrow({ where: { id: runId } });
      const now = rows[0]?.now ?? new Date();
      if (run.state !== 'awaitingApproval' || run.approvalUntil === null || run.approvalUntil <= now)
        throw notWaiting(run);
      // The rights of this moment, not those of when the page was opened.
      const inside = { ...core, db: work.tx };
      const decider = await actorOf(inside, { kind: actor.kind, id: actor.id });
      if (!decider || !(await mayDecide(inside, decider, run))) throw forbidden();
      await act(work, run, now);
    },
    { runId, timeoutMs: 60_000 },
  );
}

async function endUndone(work: Work, run: Run, note: string): Promise<void> {
  const finishedAt = new Date();
  await work.tx.runItem.updateMany({
    where: { runId: run.id, outcome: 'pending' },
    data: { outcome: 'cancelled', finishedAt },
  });
  await work.tx.run.update({ where: { id: run.id }, data: { state: 'cancelled', note, finishedAt } });
  await work.audit({ kind: 'action', summary: `${note} (${run.title})`, ...recordOf(run) });
}

/** Ends the runs that nobody approved in time. Returns how many. */
export async function expireWaitingRuns(core: Core): Promise<number> {
  const due = { state: 'awaitingApproval' as const, approvalUntil: { lte: new Date() } };
  const runs = await core.db.run.findMany({ where: due, select: { id: true }, take: 100 });
  for (const { id } of runs)
    await core.transaction(
      systemActor,
      async (work) => {
        await work.tx.$queryRaw`SELECT 1 FROM "Run" WHERE id = ${id} FOR UPDATE`;
        const run = await work.tx.run.findFirst({ where: { id, ...due } });
        if (run) await endUndone(work, run, phrase(`Nobody approved it within ${daysToDecide} days.`));
      },
      { runId: id, timeoutMs: 60_000 },
    );
  return runs.length;
}

/** Ends what nobody approved, every ten minutes. */
export const expireApprovals = job({
  name: 'core.expire-approvals',
  data: z.object({}),
  schedule: '*/10 * * * *',
  async run(core) {
    await expireWaitingRuns(core);
  },
});

/** Returns the runs that this actor may approve, the oldest first. */
export async function runsToDecide(core: Core, actor: Actor, most: number): Promise<Run[]> {
  if (actor.kind !== 'operator') return [];
  const actions = [...core.registry.actions.values()].filter(({ action }) => may(actor, action.permission));
  const runs = await core.db.run.findMany({
    where: {
      state: 'awaitingApproval',
      approvalUntil: { gt: new Date() },
      action: { in: actions.map(({ id }) => id) },
      OR: [{ operatorId: null }, { operatorId: { not: actor.id } }],
    },
    orderBy: { createdAt: 'asc' },
    take: 100,
  });
  const decidable: Run[] = [];
  for (const run of runs) if (decidable.length < most && (await mayDecide(core, actor, run))) decidable.push(run);
  return decidable;
}

function notWaiting(run: Run) {
  return conflict(
    `This run does not wait for approval any more; it is ${run.state === 'awaitingApproval' ? 'too old' : run.state}.`,
  );
}

function recordOf(run: Pick<Run, 'id' | 'title'>) {
  return { resource: 'Run', recordId: run.id, recordTitle: run.title };
}
