// Claiming by link: who holds the token may see the masked address, write the name and have the certificate mailed.
import { setTimeout as pause } from 'node:timers/promises';
import { type Core, publicActor, type Work } from '../../core/index.ts';
import { inLine } from '../../lib/line.ts';
import { askForCertificate } from './issuing.ts';
import { claimTokenHash } from './notices.ts';
import { cleanName, nameProblem } from './person-name.ts';
import { currentCertificate, lockRecipient, type RecipientRow } from './recipient-row.ts';

const tokenShape = /^[\w-]{20,64}$/;
const patience = 5000;
/** How long a drawing that somebody else asked for is waited for before it is asked for anew. */
const asked = 30_000;

/** What became of a submitted name. */
export type ClaimResult =
  | { kind: 'mailed' | 'on-its-way' | 'already-mailed' | 'unknown-token' }
  | { kind: 'bad-name' | 'failed'; reason: string };

/** Finds whose link this is; undefined when it is unknown, expired or not sent yet. Changes nothing. */
export async function findByToken(core: Core, token: unknown): Promise<RecipientRow | undefined> {
  if (typeof token !== 'string' || !tokenShape.test(token)) return undefined;
  const row = await core.db.recipient.findUnique({
    where: { tokenHash: claimTokenHash(core, token) },
    include: { campaign: true },
  });
  return row && isOpen(row) ? row : undefined;
}

function isOpen(row: RecipientRow): boolean {
  return row.state !== 'added' && (row.tokenExpiresAt === null || row.tokenExpiresAt > new Date());
}

/** Stores the name of whoever holds the token, has the certificate drawn and mailed, and waits up to 5 s for the mail server. */
export async function submitName(core: Core, token: unknown, given: unknown): Promise<ClaimResult> {
  const name = typeof given === 'string' ? cleanName(given) : '';
  const reason = nameProblem(name);
  if (reason) return { kind: 'bad-name', reason };
  const row = await findByToken(core, token);
  if (!row) return { kind: 'unknown-token' };
  if (row.state === 'mailed') return { kind: 'already-mailed' };
  if (!isUnderWay(row, name)) {
    const refused = await inLine(`claim:${row.id}`, () =>
      core.transaction(publicActor, (work) => storeName(work, row, name)),
    );
    if (refused) return refused;
  }
  return waitForMail(core, row.id);
}

function isUnderWay(row: RecipientRow, name: string): boolean {
  if (row.certificateMessageId) return true;
  const since = row.submittedAt?.getTime() ?? 0;
  return row.state === 'submitted' && row.name === name && !row.problem && since > Date.now() - asked;
}

/** Stores the name and asks for the drawing, under the row lock: of many at once, the first decides and the others wait. */
export async function storeName(work: Work, seen: RecipientRow, name: string): Promise<ClaimResult | undefined> {
  const row = await lockRecipient(work.tx, seen.id);
  if (!row || row.tokenHash !== seen.tokenHash || !isOpen(row)) return { kind: 'unknown-token' };
  if (row.state === 'mailed') return { kind: 'already-mailed' };
  if (isUnderWay(row, name)) return undefined;
  const isDrawn = row.state === 'drawn' && row.name === name && (await currentCertificate(work.tx, row.id)) !== null;
  await work.tx.recipient.update({
    where: { id: row.id },
    data: isDrawn ? { problem: null } : { state: 'submitted', name, submittedAt: new Date(), problem: null },
  });
  await askForCertificate(work, row.id);
  return undefined;
}

/** Waits for the mail server's word on the certificate, 5 s at most. */
async function waitForMail(core: Core, recipientId: string): Promise<ClaimResult> {
  const end = Date.now() + patience;
  for (let wait = 40; ; wait = Math.min(wait * 1.5, 400)) {
    const row = await core.db.recipient.findUnique({ where: { id: recipientId } });
    if (row?.state === 'mailed') return { kind: 'mailed' };
    if (row?.problem && !row.certificateMessageId) return { kind: 'failed', reason: row.problem };
    if (Date.now() + wait > end) return { kind: 'on-its-way' };
    await pause(wait);
  }
}

/** Hides most of an address: `a***@e***.org`. */
export function maskAddress(address: string): string {
  const [local = '', domain = ''] = address.split('@');
  const dot = domain.lastIndexOf('.');
  const end = dot > 0 ? domain.slice(dot) : '';
  return `${local.slice(0, 1)}***@${domain.slice(0, 1)}***${end}`;
}
