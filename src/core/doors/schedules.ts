// Actions that start by themselves. The rules: a schedule acts with the present rights of the operator who changed it last, and
// each of its times starts one run at most, however many instances look at the clock.
import { z } from 'zod';
import { type Actor, mustMay } from '../access.ts';
import type { Core } from '../core.ts';
import { forbidden, invalid, StewardError } from '../errors.ts';
import { job } from '../job.ts';
import type { Row } from '../model.ts';
import { silenceOf } from '../outbox/restored.ts';
import { parseForm } from '../records/form.ts';
import { selectionWhere } from '../records/selection.ts';
import type { RegisteredAction } from '../registry.ts';
import { actorOf } from '../runs/actor.ts';
import { previewAction, startRun } from '../runs/run.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';
import { actionForm } from './action-form.ts';
import { nextTime } from './cron-times.ts';
import { linesOf, readSelectionLines, typedForm } from './typed-choice.ts';

type Schedule = Row<'Schedule'>;
type Plan = Pick<Schedule, 'action' | 'selection' | 'form' | 'cron'>;

const dueAtOnce = 200;
const tries = 3;

/** Starts what is due, every minute. */
export const startSchedules = job({
  name: 'core.start-schedules',
  data: z.object({}),
  schedule: '* * * * *',
  maxAttempts: 1,
  run: async (core) => {
    await startDue(core, new Date());
  },
});

/** Starts every schedule whose time has come and returns how many there were. After a standstill a missed time is made up for once. In a silent copy nothing starts. */
export async function startDue(core: Core, now: Date): Promise<number> {
  if (await silenceOf(core.db)) return 0;
  const where = { enabled: true, nextAt: { lte: now } };
  const due = await core.db.schedule.findMany({ where, orderBy: [{ nextAt: 'asc' }, { id: 'asc' }], take: dueAtOnce });
  for (const schedule of due) {
    try {
      await startOne(core, schedule, now);
    } catch (error) {
      // Its time stays due, so the next minute tries it again under the same key.
      core.log.error({ err: error, scheduleId: schedule.id }, 'a schedule could not be started');
    }
  }
  return due.length;
}

/** Checks what somebody plans and returns when it is first due. Throws forbidden without the action's permission, invalid naming the column. */
function checkPlan(core: Core, actor: Actor, plan: Plan): Date | null {
  if (actor.kind !== 'operator' || actor.id === null) throw forbidden('Only an operator can plan an action.');
  const registered = plannedAction(core, actor, plan.action);
  const { selection, form } = choiceOf(registered, plan);
  inColumn('selection', () => selectionWhere(registered.resource, actor, selection));
  const schema = actionForm(registered.action, actor);
  if (schema) inColumn('form', () => parseForm(schema, form));
  else if (Object.keys(form).length > 0) throw invalid('This action has no form.', { form: 'must be empty' });
  return nextTime(plan.cron, core.config.timeZone, new Date());
}

/** Returns the action if the actor may use it. Throws invalid naming `action` for an unknown one, forbidden without its permission. */
export function plannedAction(core: Core, actor: Actor, name: string): RegisteredAction {
  const registered = core.registry.actions.get(name);
  if (!registered) throw invalid('There is no such action.', { action: 'is unknown' });
  mustMay(actor, registered.action.permission);
  return registered;
}

/** Writes when the schedule is due next and what came of this time; nothing when somebody else did so or changed it meanwhile. */
async function settle(core: Core, schedule: Schedule, now: Date, result: string, runId: string | null): Promise<void> {
  const nextAt = nextTime(schedule.cron, core.config.timeZone, now);
  await core.db.schedule.updateMany({
    where: { id: schedule.id, nextAt: schedule.nextAt },
    data: { nextAt, lastRunAt: now, lastResult: result.slice(0, 500), lastRunId: runId },
  });
}

async function startOne(core: Core, schedule: Schedule, now: Date): Promise<void> {
  const operator = await actorOf(core, { kind: 'operator', id: schedule.operatorId });
  if (!operator) return refused(core, schedule, now, phrase('the operator may not work here any more'));
  const actor = { ...operator, name: phrase(`${operator.name}, by the schedule “${schedule.name}”`) };
  try {
    const started = await startAtTime(core, actor, schedule);
    await settle(core, schedule, now, started.result, started.runId);
  } catch (error) {
    if (!(error instanceof StewardError) || error.status >= 500) throw error;
    await refused(core, schedule, now, error.message);
  }
}

async function refused(core: Core, schedule: Schedule, now: Date, reason: string): Promise<void> {
  await settle(core, schedule, now, phrase(`Refused: ${reason}`), null);
  core.log.warn({ scheduleId: schedule.id, reason }, 'a schedule was refused');
}

async function startAtTime(
  core: Core,
  actor: Actor,
  schedule: Schedule,
): Promise<{ result: string; runId: string | null }> {
  const registered = plannedAction(core, actor, schedule.action);
  const input = choiceOf(registered, schedule);
  const idempotencyKey = `schedule:${schedule.id}:${schedule.nextAt?.getTime()}`;
  for (let attempt = 1; ; attempt += 1) {
    // Another instance may have been here first; then its run is found under the same key, whatever the count is now.
    const earlier = await core.db.run.findUnique({
      where: { idempotencyKey: `operator:${actor.id}:${idempotencyKey}` },
    });
    if (earlier) return { result: phrase(`Started: ${earlier.title}`), runId: earlier.id };
    const preview = await previewAction(core, actor, registered.id, input);
    if (preview.eligible === 0)
      return { result: phrase(`Nothing to do: none of ${preview.total} records can take part`), runId: null };
    try {
      const { runId } = await startRun(core, actor, registered.id, {
        ...input,
        expected: preview.eligible,
        idempotencyKey,
      });
      return { result: `Started: ${preview.label}`, runId };
    } catch (error) {
      const isConflict = error instanceof StewardError && error.code === 'conflict';
      if (!isConflict || attempt >= tries) throw error;
    }
  }
}

function choiceOf(registered: RegisteredAction, plan: Plan) {
  return {
    selection: inColumn('selection', () => readSelectionLines(registered.resource, plan.selection)),
    form: inColumn('form', () => typedForm(registered.action, linesOf(plan.form))),
  };
}

// The panel shows a fault beside a column, so the field within the text moves into the sentence.
function inColumn<T>(column: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StewardError) || error.status !== 400) throw error;
    const faults = Object.entries(error.fields).map(([name, reason]) =>
      name === column ? reason : `${name} ${reason}`,
    );
    throw invalid(error.message, { [column]: faults.join('; ') || error.message }, error);
  }
}

/** Returns the columns of a changed schedule: whoever changes it is the one in whose name it acts from now on. */
export function takenOver(work: Work, plan: Plan): { operatorId: string; nextAt: Date } {
  const nextAt = checkPlan(work.core, work.actor, plan);
  if (nextAt === null) throw invalid('This time never comes.', { cron: 'never comes' });
  return { operatorId: work.actor.id as string, nextAt };
}
