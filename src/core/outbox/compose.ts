// From a declaration and its data to a row of the outbox, for each channel: texts rendered, address checked, secrets sealed.

import { isWebhookSecret } from '../../lib/standard-webhooks.ts';
import type { Core } from '../core.ts';
import { invalid } from '../errors.ts';
import type { MailDeclaration, MailInput } from '../mail.ts';
import type { Transaction } from '../model.ts';
import { type SmsDeclaration, type SmsInput, textsOfSms } from '../sms.ts';
import type { WebhookDeclaration, WebhookInput } from '../webhook.ts';
import { mustBeAddress } from './address.ts';
import { partsOf } from './budget.ts';
import { renderEdited } from './mail-texts.ts';
import { insertMessage } from './outbox.ts';
import { mustBeCallable } from './outgoing.ts';
import { mustBePhone } from './phone.ts';
import { hideSecrets } from './secrets.ts';
import { oneLine } from './templates.ts';
import { unsubscribeUrl } from './unsubscribe.ts';

const mostAttachments = 20;
const longestSms = 1_600;
const largestWebhook = 20_000;

type Data = Record<string, unknown>;

/** Writes a mail into the outbox and returns its id. Throws invalid for a wrong address or text. */
export async function enqueueMail<D extends Data>(
  core: Core,
  tx: Transaction,
  runId: string | null,
  mail: MailDeclaration<D>,
  input: MailInput<D>,
): Promise<string> {
  if ((input.attachments?.length ?? 0) > mostAttachments) throw invalid('This message has too many attachments.');
  const toAddress = mustBeAddress(input.to.address);
  const isTransactional = mail.transactional ?? true;
  const { placeholders, sealed } = sealedFor(core, 'email', toAddress, isTransactional, input.secrets);
  const rendered = await renderEdited(core, tx, mail, input.language, { ...input.data, ...placeholders });
  const draft = {
    channel: 'email' as const,
    kind: mail.name,
    toAddress,
    toName: oneLine(input.to.name ?? '').slice(0, 100),
    ...rendered,
    secrets: sealed,
    attachments: (input.attachments ?? []).map(({ fileId, name }) => ({ fileId, name: oneLine(name) })),
    data: input.data,
    mailAccountId: input.mailAccountId ?? null,
    isTransactional,
    isUrgent: mail.urgent ?? isTransactional,
  };
  return insertMessage(core, tx, runId, draft, input);
}

/** Writes an SMS into the outbox and returns its id. Throws invalid for a wrong number or text. */
export async function enqueueSms<D extends Data>(
  core: Core,
  tx: Transaction,
  runId: string | null,
  sms: SmsDeclaration<D>,
  input: SmsInput<D>,
): Promise<string> {
  const toAddress = mustBePhone(input.to, core.config.sms.country);
  const isTransactional = sms.transactional ?? true;
  const { placeholders, sealed } = sealedFor(core, 'sms', toAddress, isTransactional, input.secrets);
  const rendered = await renderEdited(core, tx, textsOfSms(sms), input.language, { ...input.data, ...placeholders });
  if (rendered.text.length > longestSms) throw invalid(`The text of the SMS ${sms.name} is too long.`);
  const draft = {
    channel: 'sms' as const,
    kind: sms.name,
    toAddress,
    subject: '',
    text: rendered.text,
    html: '',
    secrets: sealed,
    data: input.data,
    isTransactional,
    isUrgent: sms.urgent ?? isTransactional,
    parts: partsOf(rendered.text),
  };
  return insertMessage(core, tx, runId, draft, input);
}

/** Writes a webhook into the outbox and returns its id. Throws invalid for an address that may not be called, or too much data. */
export async function enqueuePost<D extends Data>(
  core: Core,
  tx: Transaction,
  runId: string | null,
  webhook: WebhookDeclaration<D>,
  input: WebhookInput<D>,
): Promise<string> {
  const toAddress = mustBeCallable(input.url, core.config.outgoingLoopback ? 'loopback' : 'public');
  const secrets = [input.secret ?? []].flat();
  if (!secrets.every(isWebhookSecret))
    throw invalid('This is not a webhook secret.', { secret: 'must be 24 to 64 bytes in base64, as in whsec_…' });
  // Written once, so that every try carries the same bytes.
  const text =
    webhook.body === 'form'
      ? formOf(input.data)
      : JSON.stringify({ type: webhook.type, timestamp: new Date().toISOString(), data: input.data });
  if (Buffer.byteLength(text) > largestWebhook) throw invalid('A webhook carries at most 20 kB.');
  const draft = {
    channel: 'webhook' as const,
    kind: webhook.name,
    toAddress,
    subject: webhook.type,
    text,
    html: '',
    secrets: secrets.length > 0 ? hideSecrets(core.config, { signing: secrets.join(' ') }).sealed : null,
    data: input.data,
    isTransactional: true,
    isUrgent: true,
    isRepeatable: input.knowsRepeats ?? true,
  };
  return insertMessage(core, tx, runId, draft, input);
}

function formOf(data: Data): string {
  return new URLSearchParams(Object.entries(data).map(([name, value]) => [name, String(value ?? '')])).toString();
}

function sealedFor(
  core: Core,
  channel: 'email' | 'sms',
  address: string,
  isTransactional: boolean,
  secrets: Readonly<Record<string, string>> | undefined,
) {
  if (isTransactional) return hideSecrets(core.config, secrets);
  return hideSecrets(core.config, { unsubscribe: unsubscribeUrl(core.config, channel, address), ...secrets });
}
