// The silence of a restored copy: told to everybody, ended only by who may send messages and sees all records.
import { z } from 'zod';
import { type Actor, may, mustMay } from '../access.ts';
import type { Core } from '../core.ts';
import { conflict, forbidden } from '../errors.ts';
import { type Released, releaseCopy, silenceOf, waitingMessages } from '../outbox/restored.ts';
import { readBodyAs } from './api-body.ts';
import type { ApiCall, ApiContext } from './api-call.ts';
import type { PanelState } from './api-shapes.ts';

export const silenceCalls: readonly ApiCall[] = [{ method: 'post', path: '/silence/release', handle: release }];

const permission = 'core:send';
const releaseSchema = z.strictObject({ withdraw: z.boolean() });

/** Returns what the panel says about the silence; undefined when this is no restored copy. */
export async function silenceView(core: Core, actor: Actor): Promise<PanelState['silence']> {
  const silence = await silenceOf(core.db);
  if (!silence) return undefined;
  return { ...silence, waiting: await waitingMessages(core.db), mayRelease: mayRelease(actor) };
}

function mayRelease(actor: Actor): boolean {
  return may(actor, permission) && actor.scope === 'all';
}

async function release({ core, actor, request }: ApiContext): Promise<Released> {
  mustMay(actor, permission);
  if (!mayRelease(actor)) throw forbidden();
  const options = await readBodyAs(request, releaseSchema);
  const released = await core.transaction(actor, (work) => releaseCopy(work, options), { timeoutMs: 300_000 });
  if (!released) throw conflict('This copy was released already.');
  return released;
}
