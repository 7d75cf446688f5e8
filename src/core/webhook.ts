// A webhook: news for somebody else's program, signed by Standard Webhooks, sent until it is taken. The receiver may get it
// twice and knows it by its id, unless it is said that it does not: then what may have arrived is "unknown", as with an SMS.
import type { MessageDeclaration, MessageInput } from './mail.ts';

/** The declaration of a webhook; `D` is the data it carries. */
export interface WebhookDeclaration<D extends Record<string, unknown> = Record<string, unknown>>
  extends MessageDeclaration {
  /** The kind of event, words of letters, digits and _ between dots, for example `entry.accepted`. */
  type: string;
  /** `json` (default): type, timestamp and data. `form`: the bare data, for programs that take a form. */
  body?: 'json' | 'form';
  /** Believable data, for documentation and for trying things out. */
  example: D;
}

/** Declares a webhook. */
export function webhook<D extends Record<string, unknown>>(declaration: WebhookDeclaration<D>): WebhookDeclaration<D> {
  return declaration;
}

/** One event for one receiver, as a service hands it to `work.post`. */
export interface WebhookInput<D> extends MessageInput {
  /** https, public; see outgoing.ts. */
  url: string;
  data: D;
  /** `whsec_…`, one per receiver; several while one is being replaced. Sealed in the outbox. */
  secret?: string | readonly string[];
  /** Default true: the receiver knows a repeat by its id. If false, what may have arrived is never sent again by itself. */
  knowsRepeats?: boolean;
}
