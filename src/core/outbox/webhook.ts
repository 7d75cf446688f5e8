// How webhooks leave (Standard Webhooks 1.0.0): the same id and bytes on each try, a new time and signature, 2xx alone is success.
// Where the receiver knows no repeats, a lost answer leaves the message unknown instead of sending it again.
import { signWebhook } from '../../lib/standard-webhooks.ts';
import type { Core } from '../core.ts';
import { type ClaimedMessage, type Delivery, shortReply, type Transport } from './delivery.ts';
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
  const isForm = core.registry.webhooks.get(message.kind)?.body === 'form';
  try {
    const answer = await callOut({
      url: message.toAddress,
      headers: {
        'Content-Type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
        'Idempotency-Key': message.id,
        ...plain,
        ...(signature ? { 'webhook-signature': signature } : {}),
      },
      body: message.text,
      reach: core.config.outgoingLoopback ? 'loopback' : 'public',
    });
    return judge(message, answer);
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    const kinds = { forbidden: 'refused', unreachable: 'later', lost: lostAnswer(message) } as const;
    const kind = kinds[error.kind];
    return { kind, reply: shortReply(error.message), provider, providerId: null };
  }
}

// A receiver that knows a repeat by its id may get it again; for another one it is a riddle that only a person solves.
function lostAnswer({ isRepeatable }: ClaimedMessage): 'later' | 'uncertain' {
  return isRepeatable ? 'later' : 'uncertain';
}

function judge(message: ClaimedMessage, { status, text, retryAfter }: OutgoingAnswer): Delivery {
  const reply = shortReply(`${status} ${text}`);
  const answer = { status, text };
  if (status >= 200 && status < 300) return { kind: 'accepted', reply, provider, providerId: null, answer };
  // These two come from a machine in between that has lost the answer.
  if (status === 502 || status === 504) return { kind: lostAnswer(message), reply, provider, providerId: null, answer };
  const isPassing = status === 408 || status === 425 || status === 429 || status >= 500;
  return {
    kind: isPassing ? 'later' : 'refused',
    reply,
    provider,
    providerId: null,
    answer,
    ...(retryAfter !== undefined && isPassing ? { retryAfter } : {}),
  };
}
