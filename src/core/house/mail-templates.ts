// The texts of mails and SMS in the panel, one row a language: staff write their own, try them and give them back.
import { z } from 'zod';
import { keepTexts, openText, resetTexts, sendTrial, tryTexts, writtenTexts } from '../outbox/text-editing.ts';
import { resource, toolCall } from '../resource.ts';
import { phrase } from '../words/catalogue.ts';
import { languageNames, languages } from '../words/language.ts';

const permission = 'core:templates';
const languageChoices = () => languages.map((one) => ({ value: one as string, label: languageNames[one] }));

/** The texts that messages are written with. */
export const mailTemplates = resource('MailTemplate', {
  label: { one: 'text', many: 'texts of messages' },
  group: 'Settings',
  icon: 'Edit3',
  title({ label, language }) {
    // A declaration may have texts in further languages; those are called by their tag.
    const known = languages.find((one) => one === language);
    const name = known ? languageNames[known] : language;
    return phrase(`${label}, in ${name}`);
  },
  titleIsWords: true,
  permissions: { read: permission },
  columns: {
    label: { label: 'Message', filter: true, sort: true, words: true },
    language: { label: 'Language', filter: true, sort: true, choices: languageChoices },
    channel: { label: 'Channel', filter: true, values: { email: { label: 'E-mail' }, sms: { label: 'SMS' } } },
    mail: { label: 'Name', list: false, filter: true },
    editedAt: { label: 'Written anew', filter: true, sort: true },
    editedBy: { label: 'By', filter: true },
  },
  sort: ['label', 'asc'],
  views: [{ label: 'Written anew', where: { text: { not: null } } }],
  tools: {
    edit: {
      label: 'Text',
      component: 'TextEditor',
      permission,
      load: async ({ row, core }) => openText(core, row),
      calls: {
        try: toolCall({ input: writtenTexts, handle: async ({ row, input, core }) => tryTexts(core, row, input) }),
        keep: toolCall({ input: writtenTexts, handle: ({ row, input, work }) => keepTexts(work, row, input) }),
        reset: toolCall({
          input: z.object({}),
          async handle({ row, work, core }) {
            await resetTexts(work, row);
            return openText(core, { ...row, text: null, editedAt: null, editedBy: '' });
          },
        }),
        send: toolCall({
          input: writtenTexts.extend({ to: z.string().max(40).optional() }),
          handle: async ({ row, input: { to, ...texts }, work }) => ({
            messageId: await sendTrial(work, row, texts, to),
          }),
        }),
      },
    },
  },
  empty: 'No module sends anything.',
});
