// The texts that mails and SMS really use: staff's own where they wrote some, the built-in ones else. The rule: a text of theirs
// that cannot be written (any more) keeps no message from leaving; the built-in one takes its place.
import type { Core } from '../core.ts';
import type { MailDeclaration } from '../mail.ts';
import type { Transaction } from '../model.ts';
import { textsOfSms } from '../sms.ts';
import { languages } from '../words/language.ts';
import { languageTags, type RenderedMail, renderMail, renderTexts } from './templates.ts';

/** A declaration with texts, whatever its channel. */
export type Texts = Pick<MailDeclaration, 'name' | 'texts'>;

/** Renders a message in the language asked for with the texts of staff, else the built-in ones. Throws invalid naming the part at fault. */
export async function renderEdited(
  core: Core,
  tx: Transaction,
  texts: Texts,
  language: string | undefined,
  data: Record<string, unknown>,
): Promise<RenderedMail> {
  const tags = languageTags(language);
  const rows = await tx.mailTemplate.findMany({
    where: { mail: texts.name, language: { in: tags }, text: { not: null } },
  });
  for (const tag of tags) {
    const own = rows.find((row) => row.language === tag);
    if (own) {
      try {
        return renderTexts(texts.name, { subject: own.subject, text: own.text ?? '', html: own.html }, data);
      } catch (error) {
        core.log.warn(
          { err: error, mail: texts.name, language: tag },
          'a text of staff cannot be written; the built-in one leaves',
        );
      }
    }
    if (Object.hasOwn(texts.texts, tag)) return renderMail(texts, tag, data);
  }
  return renderMail(texts, 'en', data);
}

/** Makes a row for each text of each mail and SMS, so that staff find them all; forgets those that nobody declares or edited. */
export async function ensureTemplates(core: Core): Promise<void> {
  const rows = [
    ...[...core.registry.mails.values()].map((mail) => ({ mail, channel: 'email', texts: mail.texts as object })),
    ...[...core.registry.sms.values()].map((sms) => ({
      mail: sms,
      channel: 'sms',
      texts: textsOfSms(sms).texts as object,
    })),
  ].flatMap(({ mail, channel, texts }) =>
    [...new Set([...Object.keys(texts), ...languages])].map((language) => ({
      mail: mail.name,
      label: mail.label,
      channel,
      language,
    })),
  );
  await core.db.mailTemplate.createMany({ data: rows, skipDuplicates: true });
  const names = [...new Set(rows.map(({ mail }) => mail))];
  await core.db.mailTemplate.deleteMany({ where: { mail: { notIn: names }, text: null } });
}
