// The sessions of an operator as people see them: device, place, last seen. The rule: a session is spoken of by its handle; its id stays a secret.
import { isIPv4 } from 'node:net';
import type { Core } from '../core.ts';
import { notFound } from '../errors.ts';
import { addressKey } from '../limits.ts';
import type { Row } from '../model.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';

/** A session as it is shown. */
export interface SessionView {
  handle: string;
  device: string;
  /** Shortened. */
  address: string;
  startedAt: string;
  seenAt: string;
  /** Whether it is the one that asks. */
  isThis: boolean;
}

const mostShown = 100;

/** Shortens an address to the place that it is from: IPv4 without its last number, IPv6 to its /64. */
export function placeOf(address: string | undefined): string {
  const key = addressKey(address ?? '');
  return isIPv4(key) ? key.replace(/\d+$/, 'x') : key;
}

/** Returns the operator's sessions that are still good, the latest seen first. */
export async function listSessions(
  core: Core,
  operator: Pick<Row<'Operator'>, 'id' | 'epoch'>,
  ownSid?: string,
): Promise<SessionView[]> {
  const rows = await core.db.webSession.findMany({
    where: { operatorId: operator.id, handle: { not: null }, expire: { gt: new Date() } },
    orderBy: { seenAt: 'desc' },
    take: mostShown,
  });
  // A session of an earlier epoch opens nothing any more and waits only to be swept.
  return rows
    .filter(({ sess }) => (sess as { epoch?: unknown }).epoch === operator.epoch)
    .map((row) => ({
      handle: row.handle ?? '',
      device: row.device ?? '',
      address: row.address ?? '',
      startedAt: (row.startedAt ?? row.expire).toISOString(),
      seenAt: (row.seenAt ?? row.expire).toISOString(),
      isThis: row.sid === ownSid,
    }));
}

/** Ends one session of the operator. Throws not-found for one that is not his. */
export async function endSessionOf(work: Work, operator: Row<'Operator'>, handle: string): Promise<void> {
  const found = await work.tx.webSession.findFirst({ where: { handle, operatorId: operator.id } });
  if (!found) throw notFound('This session is over already.');
  await work.tx.webSession.deleteMany({ where: { sid: found.sid } });
  await work.audit({ kind: 'update', summary: `A session was ended: ${found.device}`, ...recordOf(operator) });
}

/** Ends every session of the operator but the one given, and returns how many. */
export async function endSessionsOf(work: Work, operator: Row<'Operator'>, exceptSid?: string): Promise<number> {
  const { count } = await work.tx.webSession.deleteMany({
    where: { operatorId: operator.id, ...(exceptSid ? { sid: { not: exceptSid } } : {}) },
  });
  const summary = exceptSid
    ? phrase(`All other sessions were ended (${count})`)
    : phrase(`All sessions were ended (${count})`);
  await work.audit({ kind: 'update', summary, ...recordOf(operator) });
  return count;
}

function recordOf(operator: Row<'Operator'>) {
  return { resource: 'Operator', recordId: operator.id, recordTitle: operator.name || operator.email };
}
