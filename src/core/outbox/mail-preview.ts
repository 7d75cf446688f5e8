// Messages as they would leave, for the previews of actions: in the texts of staff, where they have written some.
import type { Preview } from '../action.ts';
import type { Core } from '../core.ts';
import type { MailDeclaration } from '../mail.ts';
import { type SmsDeclaration, textsOfSms } from '../sms.ts';
import { phrase } from '../words/catalogue.ts';
import { renderEdited } from './mail-texts.ts';

type Message = NonNullable<Preview['message']>;

interface Filling<D> {
  data: D;
  language?: string;
  /** In words that hide them, for example "(personal link)". */
  secrets?: Readonly<Record<string, string>>;
}

/** Renders a mail with its data. Throws invalid naming the part at fault. */
export async function previewMail<D extends Record<string, unknown>>(
  core: Core,
  mail: MailDeclaration<D>,
  message: Filling<D> & { to: { address: string } },
): Promise<Message> {
  const leave = mail.transactional === false ? { unsubscribe: phrase('(link to unsubscribe)') } : {};
  const data = { ...leave, ...message.data, ...message.secrets };
  const { subject, text, html } = await renderEdited(core, core.db, mail, message.language, data);
  return { to: message.to.address, subject, text, ...(html && { html }) };
}

/** Renders an SMS with its data. Throws invalid naming the part at fault. */
export async function previewSms<D extends Record<string, unknown>>(
  core: Core,
  sms: SmsDeclaration<D>,
  message: Filling<D> & { to: string },
): Promise<Message> {
  const leave = sms.transactional === false ? { unsubscribe: phrase('(link to unsubscribe)') } : {};
  const data = { ...leave, ...message.data, ...message.secrets };
  const { text } = await renderEdited(core, core.db, textsOfSms(sms), message.language, data);
  return { to: message.to, subject: '', text };
}
