// What every channel has in common on its way out: who carries a message, and what can become of one try.
import type { Row } from '../model.ts';

/** The channels of the outbox. */
export const channels = ['email', 'sms', 'webhook'] as const;

/** One of the channels. */
export type Channel = (typeof channels)[number];

/** A message as it lies in the outbox. */
export type Message = Row<'Message'>;

/** A message that this process is about to send; `token` tells this claim from every other one. */
export interface ClaimedMessage extends Message {
  token: string;
}

/**
 * What became of one try. `later`, `offline` and `login` did not leave and may be tried again; `uncertain` may have left;
 * `refused` and `suppressed` are final.
 */
export interface Delivery {
  kind: 'accepted' | 'refused' | 'later' | 'offline' | 'login' | 'uncertain' | 'suppressed';
  reply: string;
  /** Who carried it: `capture`, or the key of a server in SendingClock. */
  provider: string;
  providerId: string | null;
  /** Seconds after which the other side wants to be asked again. */
  retryAfter?: number;
  /** What a webhook's receiver answered, whole. */
  answer?: { status: number; text: string };
}

/** Carries the messages of one channel. */
export interface Transport {
  /** Tries to hand one message over. May throw what `publicFace` can tell: then nothing has left. */
  send(message: ClaimedMessage): Promise<Delivery>;
  close(): void;
}

/** Returns what came back as one line that is fit to keep and to show. */
export function shortReply(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, 500);
}
