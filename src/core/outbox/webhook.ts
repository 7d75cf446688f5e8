// How webhooks leave (Standard Webhooks 1.0.0): the same id and bytes on each try, a new time and signature, 2xx alone is success.
import { signWebhook } from '../../lib/standard-webhooks.ts';
import type { Core } from '../core.ts';
import type { ClaimedMessage } from './claim.ts';
import { type Delivery, shortReply, type Transport } from './delivery.ts';
import { callOut, type OutgoingAnswer, OutgoingError } from './outgoing.ts';
import { openSecrets } from './secrets.ts';

const provider = 'webhook';

/** Opens the way of webhooks. */
export function openWebhooks(core: Core): Transport {
  return { send: (message) => post(core, message), close: () => {} };
}

async function post(core: Core, message: ClaimedMessage): Promise<Delivery> {
  const signing = openSecrets(core.config, message.secrets).signing?.split(' ') ?? [];
  const headers = signWebhook(signing, message.id, new Date(), message.text);
  const { 'webhook-signature': signature, ...plain } = headers;
  try {
    const answer = await callOut({
      url: message.toAddress,
      headers: {
        'Content-Type': 'application/json',
        ...plain,
        ...(signature ? { 'webhook-signature': signature } : {}),
      },
      body: message.text,
      reach: core.config.outgoingLoopback ? 'loopback' : 'public',
    });
    return judge(answer);
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    // "Lost" is no riddle here: the receiver knows a repeat by its id.
    const kind = error.kind === 'forbidden' ? 'refused' : 'later';
    return { kind, reply: shortReply(error.message), provider, providerId: null };
  }
}

function judge({ status, text, retryAfter }: OutgoingAnswer): Delivery {
  const reply = shortReply(`${status} ${text}`);
  if (status >= 200 && status < 300) return { kind: 'accepted', reply, provider, providerId: null };
  const isPassing = status === 408 || status === 425 || status === 429 || status >= 500;
  return {
    kind: isPassing ? 'later' : 'refused',
    reply,
    provider,
    providerId: null,
    ...(retryAfter !== undefined && isPassing ? { retryAfter } : {}),
  };
}
