// What a provider of SMS has to say: how a message is handed over, and what its answer means.
import type { Delivery } from './delivery.ts';
import type { OutgoingAnswer, OutgoingCall } from './outgoing.ts';

/** One SMS as it leaves; `id` is the same on each try. */
export interface OutgoingSms {
  id: string;
  /** E.164. */
  to: string;
  text: string;
  /** Where the provider may report what became of it; absent where it could not reach us. */
  reportTo?: string;
}

/** A provider of SMS. Being out of reach, 429 and 5xx are the business of sms.ts. */
export interface SmsProvider {
  /** Whether it takes a repeated id for what it is, so that sending again is safe after a lost answer of a gateway. */
  knowsRepeats: boolean;
  /** The call, and the same one to its mirrors. */
  calls(sms: OutgoingSms, now: Date): OutgoingCall[];
  judge(answer: OutgoingAnswer): { kind: Delivery['kind']; reply: string; id: string | null };
}

/** Writes HTTP Basic credentials. */
export function basicAuth(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Reads an answer that should be a JSON object; undefined when it is none. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
