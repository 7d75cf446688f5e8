// How SMS leave: through the provider of the configuration. The rule: an SMS costs money and cannot be taken back, so where it may
// have left without an answer it is "uncertain", and only a person sends it again.
import type { Core } from '../core.ts';
import { usualServer } from './claim.ts';
import { type ClaimedMessage, type Delivery, shortReply, type Transport } from './delivery.ts';
import { callOut, type OutgoingAnswer, type OutgoingCall, OutgoingError } from './outgoing.ts';
import { revealSecrets } from './secrets.ts';
import type { SmsProvider } from './sms-provider.ts';
import { smsaeroToken } from './sms-reports.ts';
import { smsaero } from './sms-smsaero.ts';
import { twilio } from './sms-twilio.ts';
import { smsWebhook } from './sms-webhook.ts';

/** Opens the way of SMS. */
export function openSms(core: Core): Transport {
  const provider = providerOf(core);
  return {
    async send(message) {
      if (!provider) throw new Error('Captured SMS do not leave.');
      const { text } = revealSecrets(core.config, { subject: '', html: '', text: message.text }, message.secrets);
      return handOver(core, provider, message, text);
    },
    close: () => {},
  };
}

function providerOf({ config: { sms } }: Core): SmsProvider | undefined {
  if (sms.provider === 'capture') return undefined;
  return { webhook: smsWebhook, smsaero, twilio }[sms.provider](sms);
}

async function handOver(core: Core, provider: SmsProvider, message: ClaimedMessage, text: string): Promise<Delivery> {
  const reportTo = reportAddress(core);
  const sms = { id: message.id, to: message.toAddress, text, ...(reportTo ? { reportTo } : {}) };
  const calls = provider.calls(sms, new Date());
  const ended = (kind: Delivery['kind'], reply: string, providerId: string | null = null): Delivery => ({
    kind,
    reply: shortReply(reply),
    provider: usualServer(core, 'sms'),
    providerId: providerId?.slice(0, 200) ?? null,
  });
  try {
    const answer = await firstReached(calls);
    const passing = passingFault(provider, answer);
    if (passing) return { ...ended(passing, `${answer.status} ${answer.text}`), ...waitOf(answer) };
    const { kind, reply, id } = provider.judge(answer);
    return ended(kind, reply, id);
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    return ended(
      { forbidden: 'refused', unreachable: 'offline', lost: 'uncertain' }[error.kind] as Delivery['kind'],
      error.message,
    );
  }
}

// Providers call from outside: an installation without a public address is not told what arrived.
function reportAddress(core: Core): string | undefined {
  const { publicUrl, sms } = core.config;
  if (!publicUrl.startsWith('https://')) return undefined;
  if (sms.provider === 'twilio') return `${publicUrl}/api/sms/reports/twilio`;
  return sms.provider === 'smsaero' ? `${publicUrl}/api/sms/reports/smsaero/${smsaeroToken(core)}` : undefined;
}

// A mirror is asked only when nothing has left towards the one before.
async function firstReached(calls: readonly OutgoingCall[]): Promise<OutgoingAnswer> {
  let last: unknown;
  for (const call of calls) {
    try {
      return await callOut(call);
    } catch (error) {
      if (!(error instanceof OutgoingError) || error.kind !== 'unreachable') throw error;
      last = error;
    }
  }
  throw last;
}

// Refusals that say nothing of the message. 502 and 504 come from a machine in between that has lost the answer.
function passingFault(provider: SmsProvider, { status }: OutgoingAnswer): Delivery['kind'] | undefined {
  if (status === 429 || status === 408) return 'later';
  if (status < 500) return undefined;
  return (status === 502 || status === 504) && !provider.knowsRepeats ? 'uncertain' : 'later';
}

function waitOf({ status, retryAfter }: OutgoingAnswer): { retryAfter?: number } {
  return retryAfter !== undefined && (status === 429 || status === 503) ? { retryAfter } : {};
}
