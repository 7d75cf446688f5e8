// The outbox: a message is a row written in the transaction that it belongs to. Nothing leaves from here; see deliver.ts.
import type { Core } from '../core.ts';
import { invalid, SuppressedError } from '../errors.ts';
import { addJob } from '../jobs/add.ts';
import type { MessageInput } from '../mail.ts';
import type { Row, Transaction } from '../model.ts';
import { phrase } from '../words/catalogue.ts';
import type { Channel } from './delivery.ts';
import { endOfQuiet } from './quiet-hours.ts';
import { maskSecrets, revealSecrets } from './secrets.ts';
import { callSettledLater } from './settle.ts';
import { findSuppression } from './suppression.ts';
import type { RenderedMail } from './templates.ts';

/** The row of a message. */
export type Message = Row<'Message'>;

/** A rendered message before it is a row. */
export interface Draft extends RenderedMail {
  channel: Channel;
  kind: string;
  toAddress: string;
  toName?: string;
  /** Sealed. */
  secrets: string | null;
  attachments?: { fileId: string; name: string }[];
  data: Record<string, unknown>;
  mailAccountId?: string | null;
  isTransactional: boolean;
  isUrgent: boolean;
  isRepeatable?: boolean;
  parts?: number;
}

/**
 * Writes a message into the outbox and returns its id; a repeated idempotency key returns the first one's. One to a suppressed
 * address is written as cancelled, or, within a run, thrown as a SuppressedError, which undoes the record's whole work.
 */
export async function insertMessage(
  core: Core,
  tx: Transaction,
  runId: string | null,
  draft: Draft,
  input: MessageInput,
): Promise<string> {
  const { idempotencyKey } = input;
  if (!idempotencyKey || idempotencyKey.length > 300) throw invalid('A message needs an idempotency key.');
  const stop = await findSuppression(core, tx, draft);
  if (stop && runId && (await tx.message.count({ where: { idempotencyKey } })) === 0) throw new SuppressedError(stop);
  const start = startOf(core, draft, input);
  const row = { ...rowOf(draft, input, runId), ...(start ? { notBefore: start } : {}), ...(stop ? ended(stop) : {}) };
  const [made] = await tx.message.createManyAndReturn({ data: [row], skipDuplicates: true, select: { id: true } });
  const { id } = made ?? (await tx.message.findUniqueOrThrow({ where: { idempotencyKey }, select: { id: true } }));
  if (!made) core.log.debug({ messageId: id }, 'this message is in the outbox already');
  // Later, because the service that sends still has to write down the id of its message.
  else if (stop) await addJob(tx, callSettledLater.name, { messageId: id }, {});
  return id;
}

// What is not urgent and would leave in the quiet hours waits for their end.
function startOf(core: Core, draft: Draft, { notBefore }: MessageInput): Date | undefined {
  const quietEnd = draft.isUrgent ? undefined : endOfQuiet(core.config.quietHours, notBefore ?? new Date());
  return quietEnd ?? notBefore;
}

function ended(reason: string) {
  return { state: 'cancelled' as const, reply: phrase(`Not sent: ${reason}.`), secrets: null };
}

function rowOf(draft: Draft, input: MessageInput, runId: string | null) {
  return {
    ...draft,
    data: JSON.parse(JSON.stringify(draft.data)) as object,
    idempotencyKey: input.idempotencyKey,
    resource: input.record?.resource ?? null,
    recordId: input.record?.id ?? null,
    runId,
    notAfter: input.notAfter ?? null,
  };
}

/** Returns a stored message as it reads. `reveal` puts the secrets in, for those who may read captured mail; else, or when they are gone, dots. */
export function renderMessage(
  core: Core,
  message: Pick<Message, 'subject' | 'text' | 'html' | 'secrets'>,
  options: { reveal: boolean },
): RenderedMail {
  const { subject, text, html, secrets } = message;
  const stored = { subject, text, html };
  return options.reveal && secrets !== null ? revealSecrets(core.config, stored, secrets) : maskSecrets(stored);
}
