// `steward run <module>.<action>`: an action from the command line, with the same preview, rights and outcome as in the panel.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Actor, systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import { listOf, typedForm, typedSelection } from '../doors/typed-choice.ts';
import { notFound, StewardError } from '../errors.ts';
import { command } from '../module.ts';
import { actorOfOperator, normaliseEmail } from '../people/operators.ts';
import { type ActionPreview, previewAction, type RunView, readRun, runAction } from '../runs/run.ts';

const lines = z.array(z.string().max(2_000)).max(100).default([]);

/** Previews an action or runs it to its end. */
export const runCommand = command({
  name: 'run',
  summary: 'does an action on the records chosen',
  place: 'action',
  options: z.object({
    action: z.string().max(130).meta({ example: '<module>.<action>' }),
    all: z.boolean().default(false),
    ids: z.string().max(70_000).optional().meta({ example: 'a,b' }),
    filter: lines.meta({ example: '"<column>.<op>=value"' }),
    search: z.string().max(200).optional(),
    view: z.string().max(100).optional(),
    form: lines.meta({ example: 'key=value' }),
    dryRun: z.boolean().default(false),
    as: z.string().max(254).optional().meta({ example: 'operator@example.org' }),
    key: z.string().max(200).optional(),
  }),
  async run(core, options, print) {
    const registered = core.registry.actions.get(options.action);
    if (!registered) throw notFound(unknownAction(core, options.action));
    const actor = await actorNamed(core, options.as);
    const { all, search, view } = options;
    const typed = { all, search, view, filters: options.filter, ids: options.ids ? listOf(options.ids) : [] };
    const selection = typedSelection(registered.resource, typed);
    const form = typedForm(registered.action, options.form);
    const preview = await previewAction(core, actor, registered.id, { selection, form });
    for (const line of previewInWords(preview)) print(line);
    if (options.dryRun) return print('Nothing was changed (--dry-run).');
    const idempotencyKey = options.key ?? randomUUID();
    const { runId } = await runAction(core, actor, registered.id, { selection, form, idempotencyKey });
    const run = await readRun(core, actor, runId);
    for (const line of runInWords(run)) print(line);
    if (run.counts.failed > 0) throw new StewardError('failed', 500, `${run.counts.failed} failed.`);
  },
});

/** Says a preview in words, a line each. */
export function previewInWords(preview: ActionPreview): string[] {
  return [
    `${preview.label}: ${preview.selectionInWords}`,
    `  ${preview.eligible} of ${preview.total} take part`,
    ...preview.skipped.map(({ reason, count }) => `  ${count} skipped: ${reason}`),
    ...Object.entries(preview.problems ?? {}).map(([field, reason]) => `  --form ${field}: ${reason}`),
    ...(preview.sends && preview.undoSeconds > 0
      ? [`  Messages leave ${preview.undoSeconds} seconds after the start.`]
      : []),
    ...(preview.overview ?? []).map((sentence) => `  ${sentence}`),
    ...(preview.sample ? [`  For example: ${preview.sample.preview.summary}`] : []),
    ...(preview.sample?.preview.warning ? [`  Look at this: ${preview.sample.preview.warning}`] : []),
  ];
}

/** Says what became of a run, a line each. */
function runInWords(run: RunView): string[] {
  const outcomes = Object.entries(run.counts).filter(([, count]) => count > 0);
  const messages = Object.entries(run.deliveries).filter(([, count]) => count > 0);
  const why = (outcome: string) =>
    run.reasons.filter((one) => one.outcome === outcome).map((one) => `    ${one.count}: ${one.reason}`);
  return [
    `Run ${run.id}: ${run.state}${run.note ? ` (${run.note})` : ''}`,
    ...outcomes.flatMap(([outcome, count]) => [`  ${count} ${outcome}`, ...why(outcome)]),
    ...messages.map(([state, count]) => `  ${count} messages ${state}`),
    ...(run.file ? [`  File: ${run.file.name} ${run.file.link}`] : []),
  ];
}

async function actorNamed(core: Core, email: string | undefined): Promise<Actor> {
  if (email === undefined) return systemActor;
  const where = { email: normaliseEmail(email) };
  const operator = await core.db.operator.findUnique({ where, include: { role: true } });
  if (operator?.state !== 'active') throw notFound(`There is no operator ${email} who may work here.`);
  return actorOfOperator(operator);
}

function unknownAction(core: Core, name: string): string {
  return `There is no action ${name}. There are:\n${[...core.registry.actions.keys()].map((id) => `  ${id}`).join('\n')}`;
}
