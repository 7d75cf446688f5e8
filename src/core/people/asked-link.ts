// For whom a link to a kept file is made. The rule: it ends as soon as the rights of whoever asked for it change.
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import type { Asker } from '../files/files.ts';
import { ownerOf, rightsMark } from '../runs/actor.ts';

/** Returns the actor as the asker of links, with the rights of this moment. */
export async function askerOf(core: Core, { kind, id }: Actor): Promise<Asker> {
  const name = `${kind}:${id ?? ''}`;
  return { name, mark: await markOfAsker(core, name) };
}

/** Returns what stands for the rights of a link's asker at this moment. */
export function markOfAsker(core: Core, name: string): Promise<string> {
  return rightsMark(core.db, ownerOf({ idempotencyKey: name }));
}
