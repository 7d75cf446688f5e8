// Which actions need a second person, for those who may choose it. Nobody chooses for an action that he may not do himself.
import { z } from 'zod';
import { may, mustMay } from '../access.ts';
import { forbidden, notFound } from '../errors.ts';
import { chooseSecondPerson, listChoices, type SecondPersonChoice } from '../runs/second-person.ts';
import { readBodyAs } from './api-body.ts';
import type { ApiCall, ApiContext } from './api-call.ts';

export const secondPersonCalls: readonly ApiCall[] = [
  { method: 'get', path: '/second-person', ours: ['module', 'records'], handle: list },
  { method: 'post', path: '/second-person', handle: choose },
];

const permission = 'core:second-person';
const chooseSchema = z.strictObject({
  actionId: z.string().max(200),
  from: z.number().int().min(1).max(1_000_000).nullable(),
});

async function list({ core, actor }: ApiContext): Promise<{ actions: SecondPersonChoice[] }> {
  mustMay(actor, permission);
  const mine = (id: string) => may(actor, core.registry.actions.get(id)?.action.permission ?? '*');
  return { actions: (await listChoices(core)).filter(({ actionId }) => mine(actionId)) };
}

async function choose({ core, actor, request }: ApiContext): Promise<void> {
  mustMay(actor, permission);
  const { actionId, from } = await readBodyAs(request, chooseSchema);
  const registered = core.registry.actions.get(actionId);
  if (!registered) throw notFound('There is no such action.');
  if (!may(actor, registered.action.permission) || actor.scope !== 'all') throw forbidden();
  await core.transaction(actor, (work) => chooseSecondPerson(work, actionId, from));
}
