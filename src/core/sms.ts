// An SMS: its text in each language in the same safe template language as mails, and what happens when it has left or could not.
import type { MailDeclaration, MessageDeclaration, MessageInput } from './mail.ts';

/** The declaration of an SMS; `D` is the data its templates know. */
export interface SmsDeclaration<D extends Record<string, unknown> = Record<string, unknown>>
  extends MessageDeclaration,
    Pick<MailDeclaration, 'transactional' | 'urgent'> {
  texts: Readonly<Record<string, string>> & { readonly en: string };
  /** Believable data: for checks at start and for the preview of the template. */
  example: D & Record<string, unknown>;
}

/** Declares an SMS. */
export function sms<D extends Record<string, unknown>>(declaration: SmsDeclaration<D>): SmsDeclaration<D> {
  return declaration;
}

/** An SMS to one phone, as a service hands it to `work.text`. */
export interface SmsInput<D> extends MessageInput {
  /** As typed; a number without a country code is meant in SMS_COUNTRY. */
  to: string;
  data: D;
  language?: string;
  /** Values that are sealed in the outbox and forgotten once the message left, for example a code. */
  secrets?: Readonly<Record<string, string>>;
}

/** Returns the texts in the shape that mails have. */
export function textsOfSms(sms: Pick<SmsDeclaration, 'name' | 'texts'>): Pick<MailDeclaration, 'name' | 'texts'> {
  const texts = Object.fromEntries(Object.entries(sms.texts).map(([tag, text]) => [tag, { subject: '', text }]));
  return { name: sms.name, texts: texts as MailDeclaration['texts'] };
}
