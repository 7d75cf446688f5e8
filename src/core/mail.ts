// A mail: its texts in each language in a safe template language, and what happens when it has left or could not.
import type { Actor } from './access.ts';
import type { Core } from './core.ts';
import type { Delivery } from './outbox/delivery.ts';
import type { Work } from './work.ts';

/** How a message ended. `unknown`: it may have left. `bounced`: it left and came back. */
export type Settled = 'sent' | 'failed' | 'unknown' | 'cancelled' | 'bounced';

/** What a declaration's `settled` is told. */
export interface SettledMessage {
  id: string;
  state: Settled;
  recordId: string | null;
  data: Record<string, unknown>;
  reply: string | null;
}

/** What a declaration's `tried` is told of one try. */
export interface TriedMessage {
  id: string;
  recordId: string | null;
  data: Record<string, unknown>;
  kind: Delivery['kind'];
  reply: string;
  /** What a webhook's receiver answered, whole; absent when there was no answer. */
  answer?: { status: number; text: string };
}

/** What declarations of mails, SMS and webhooks share. */
export interface MessageDeclaration {
  /** `module.noun`, unique over all channels. */
  name: string;
  label: string;
  /** Called in the transaction that settles the message. It must bear being called again for the same message. */
  settled?(work: Work, message: SettledMessage): Promise<void>;
  /** Called for each try in the transaction that writes it down, before `settled`; also for those that are made again. */
  tried?(work: Work, message: TriedMessage): Promise<void>;
}

/** The texts of one language as Liquid templates. `html` is escaped by itself; without it the text is used. */
export interface MailTexts {
  subject: string;
  text: string;
  html?: string;
}

/** The declaration of a mail; `D` is the data its templates know. */
export interface MailDeclaration<D extends Record<string, unknown> = Record<string, unknown>>
  extends MessageDeclaration {
  texts: Readonly<Record<string, MailTexts>> & { readonly en: MailTexts };
  /** Believable data: for checks at start and for the preview of the template. */
  example: D & Record<string, unknown>;
  /**
   * Default true: an answer to what the person did, or news of it. If false, people may unsubscribe with one click (RFC 8058),
   * and templates know `unsubscribe`, the address of that page.
   */
  transactional?: boolean;
  /** Whether it leaves in quiet hours too. By default what is transactional does. */
  urgent?: boolean;
  /**
   * Whether this actor may read the secrets of a captured message, for example its personal link. Without it whoever may read
   * messages may. A link that makes its holder somebody must not be open to people who may only read the outbox.
   */
  mayReveal?(core: Core, actor: Actor, message: { recordId: string | null }): Promise<boolean>;
}

/** Declares a mail. */
export function mail<D extends Record<string, unknown>>(declaration: MailDeclaration<D>): MailDeclaration<D> {
  return declaration;
}

/** What the input of every channel shares. */
export interface MessageInput {
  record?: { resource: string; id: string };
  /** Two messages with the same key are one. */
  idempotencyKey: string;
  notBefore?: Date;
  /** After this it is of no use and does not leave any more, for example a code; it is cancelled then. */
  notAfter?: Date;
}

/** A mail to one person, as a service hands it to `work.send`. */
export interface MailInput<D> extends MessageInput {
  to: { address: string; name?: string };
  data: D;
  /** Tag such as `zh`; `en` when the mail has no text in it. */
  language?: string;
  /** Values that templates use like data, but that are sealed in the outbox and forgotten once the message left. */
  secrets?: Readonly<Record<string, string>>;
  attachments?: readonly { fileId: string; name: string }[];
  mailAccountId?: string | null;
}
