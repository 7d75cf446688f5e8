// What staff do to the texts of mails and SMS: try, keep, send to themselves, give back. The rule: nothing is kept that could not
// be sent, and the built-in text is always there to return to.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { measureSms } from '../../lib/sms-segments.ts';
import { exampleOf } from '../checks/modules.ts';
import type { Core } from '../core.ts';
import { forbidden, invalid, notFound } from '../errors.ts';
import type { MailDeclaration, MailTexts } from '../mail.ts';
import type { Row } from '../model.ts';
import { textsOfSms } from '../sms.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';
import { mustBeAddress } from './address.ts';
import { insertMessage } from './outbox.ts';
import { mustBePhone } from './phone.ts';
import { languageTags, namesIn, type RenderedMail, renderTexts, textsIn } from './templates.ts';

/** Texts as staff write them. */
export const writtenTexts = z.object({
  subject: z.string().trim().max(500).default(''),
  text: z.string().min(1, 'is missing').max(50_000),
  html: z.string().max(200_000).default(''),
});

type Template = Row<'MailTemplate'>;

/** A text beside the declaration that it belongs to. */
interface Subject {
  declaration: Pick<MailDeclaration, 'name' | 'label' | 'texts'>;
  channel: 'email' | 'sms';
  example: Record<string, unknown>;
  builtIn: MailTexts;
  /** False when the built-in text of this language is the English one. */
  isOwnLanguage: boolean;
}

/** What the editor shows of a text that was tried. */
export interface Trial {
  rendered: RenderedMail;
  /** What the built-in text says and this one does not. */
  warnings: string[];
  /** Of an SMS. */
  size?: { encoding: string; units: number; segments: number };
}

function subjectOf(core: Core, row: Template): Subject {
  const mail = core.registry.mails.get(row.mail);
  const sms = core.registry.sms.get(row.mail);
  const declaration = mail ?? (sms && { ...textsOfSms(sms), label: sms.label });
  const source = mail ?? sms;
  if (!declaration || !source) throw notFound('Nothing sends this text any more.');
  return {
    declaration,
    channel: mail ? 'email' : 'sms',
    example: exampleOf(source),
    builtIn: textsIn(declaration, row.language),
    isOwnLanguage:
      languageTags(row.language).some((tag) => tag !== 'en' && Object.hasOwn(declaration.texts, tag)) ||
      row.language === 'en',
  };
}

/** Returns what the editor opens with. Throws not-found when nothing sends the text. */
export function openText(core: Core, row: Template) {
  const { declaration, channel, example, builtIn, isOwnLanguage } = subjectOf(core, row);
  const { subject, text, html = '' } = builtIn;
  return {
    name: declaration.name,
    label: declaration.label,
    channel,
    language: row.language,
    isEdited: row.text !== null,
    editedAt: row.editedAt,
    editedBy: row.editedBy,
    isOwnLanguage,
    builtIn: { subject, text, html },
    current: row.text === null ? { subject, text, html } : { subject: row.subject, text: row.text, html: row.html },
    names: Object.entries(example).map(([name, value]) => ({ name, example: String(value).slice(0, 100) })),
  };
}

/** Renders texts with the declaration's example. Throws invalid: syntax, unknown names, a mail without a subject, an SMS too long. */
export function tryTexts(core: Core, row: Template, texts: MailTexts): Trial {
  const { declaration, channel, example, builtIn } = subjectOf(core, row);
  const used = namesIn(declaration.name, texts);
  for (const part of ['subject', 'text', 'html'] as const) {
    const unknown = [...namesIn(declaration.name, { subject: '', text: '', [part]: texts[part] ?? '' })].filter(
      (name) => !Object.hasOwn(example, name),
    );
    if (unknown.length > 0)
      throw invalid(`The ${part} uses what this message does not know: ${unknown.join(', ')}.`, {
        [part]: `has names that mean nothing here: ${unknown.join(', ')}`,
      });
  }
  const rendered = renderTexts(declaration.name, texts, example);
  if (channel === 'email' && !rendered.subject) throw invalid('A mail needs a subject.', { subject: 'is missing' });
  const warnings = [...namesIn(declaration.name, builtIn)]
    .filter((name) => !used.has(name))
    .map((name) => phrase(`The built-in text says {{ ${name} }}; this one does not.`));
  if (channel === 'email') return { rendered, warnings };
  const size = measureSms(rendered.text);
  if (size.segments > 10) throw invalid('This SMS is too long.', { text: 'is more than ten parts long' });
  return { rendered: { ...rendered, subject: '', html: '' }, warnings, size };
}

/** Keeps the texts; from now on they leave instead of the built-in ones. Throws invalid as `tryTexts`. */
export async function keepTexts(work: Work, row: Template, texts: z.output<typeof writtenTexts>): Promise<Trial> {
  // Whoever writes such a text could send its link elsewhere, and so become the person it lets in.
  if (work.core.registry.mails.get(row.mail)?.mayReveal && !work.actor.permissions.has('*'))
    throw forbidden('Only an administrator writes the text of a mail that lets somebody in.');
  const trial = tryTexts(work.core, row, texts);
  const edited = { editedAt: new Date(), editedBy: work.actor.name };
  const before = { subject: row.subject, text: row.text, html: row.html };
  await work.tx.mailTemplate.update({ where: { id: row.id }, data: { ...texts, ...edited } });
  await work.audit({ kind: 'update', summary: 'The text was written anew', ...recordOf(row), before, after: texts });
  return trial;
}

/** Gives the text back to the built-in one. */
export async function resetTexts(work: Work, row: Template): Promise<void> {
  const data = { subject: '', text: null, html: '', editedAt: null, editedBy: '' };
  const before = { subject: row.subject, text: row.text, html: row.html };
  await work.tx.mailTemplate.update({ where: { id: row.id }, data });
  await work.audit({ kind: 'update', summary: 'The built-in text is used again', ...recordOf(row), before });
}

/** Sends the texts, filled with the example, to the operator who tries them; an SMS to the number given. Returns the message's id. Throws invalid. */
export async function sendTrial(work: Work, row: Template, texts: MailTexts, to: string | undefined): Promise<string> {
  const { rendered } = tryTexts(work.core, row, texts);
  const isMail = row.channel === 'email';
  const toAddress = isMail ? await ownAddress(work) : mustBePhone(to ?? '', work.core.config.sms.country);
  const draft = {
    channel: isMail ? ('email' as const) : ('sms' as const),
    // Not the declaration's name: its module must not think that one of its messages left.
    kind: 'core.trial',
    toAddress,
    ...rendered,
    subject: isMail ? `[Trial] ${rendered.subject}` : '',
    secrets: null,
    data: {},
    isTransactional: true,
    isUrgent: true,
  };
  await work.audit({ kind: 'action', summary: 'Sent the text as a trial', ...recordOf(row) });
  return insertMessage(work.core, work.tx, null, draft, { idempotencyKey: `core.trial:${randomUUID()}` });
}

async function ownAddress(work: Work): Promise<string> {
  const operator = await work.tx.operator.findUnique({ where: { id: work.actor.id ?? '' }, select: { email: true } });
  if (!operator) throw invalid('Only somebody with an account of their own can send a trial.');
  return mustBeAddress(operator.email);
}

function recordOf(row: Template) {
  return { resource: 'MailTemplate', recordId: row.id, recordTitle: `${row.label} (${row.language})` };
}
