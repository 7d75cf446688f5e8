// The mails of the house: an invitation, and a link for a forgotten password. The rule: their link makes its reader that operator,
// so a captured one is shown only to people who could manage that operator.
import { type Actor, may } from '../access.ts';
import type { Core } from '../core.ts';
import { mail } from '../mail.ts';
import { holdsAll } from './grants.ts';

/** What both mails know beside the link, which is a secret. */
interface LinkData extends Record<string, unknown> {
  name: string;
  house: string;
}

const example = { name: 'Ada', house: 'steward.example.org', link: 'https://steward.example.org/admin/setup?link=…' };

async function mayReveal(core: Core, actor: Actor, { recordId }: { recordId: string | null }): Promise<boolean> {
  if (!may(actor, 'core:operators') || recordId === null) return false;
  const operator = await core.db.operator.findUnique({ where: { id: recordId }, include: { role: true } });
  return operator !== null && holdsAll(actor, operator.role);
}

/** Tells a new operator how to get in. */
export const invitation = mail<LinkData>({
  name: 'core.invitation',
  label: 'Invitation of an operator',
  example,
  mayReveal,
  texts: {
    en: {
      subject: 'You are invited to Steward',
      text: `{% if name != "" %}Dear {{ name }},{% else %}Hello,{% endif %}

you may now sign in to Steward at {{ house }}. Choose your password here; the link works once, for seven days:

{{ link }}

If you did not expect this, you can ignore it.`,
    },
    zh: {
      subject: '邀请您使用 Steward',
      text: `{% if name != "" %}{{ name }}，您好：{% else %}您好：{% endif %}

您现在可以登录 {{ house }} 的 Steward。请在此设置密码；链接只能使用一次，七天内有效：

{{ link }}

如果您没有预料到此邮件，请忽略它。`,
    },
    ru: {
      subject: 'Вас приглашают в Steward',
      text: `Здравствуйте{% if name != "" %}, {{ name }}{% endif %}!

Теперь вы можете войти в Steward на {{ house }}. Выберите пароль здесь; ссылка действует один раз в течение семи дней:

{{ link }}

Если вы не ждали этого письма, просто не отвечайте на него.`,
    },
    nl: {
      subject: 'Je bent uitgenodigd voor Steward',
      text: `{% if name != "" %}Beste {{ name }},{% else %}Hallo,{% endif %}

je kunt nu inloggen bij Steward op {{ house }}. Kies hier je wachtwoord; de link werkt één keer, zeven dagen lang:

{{ link }}

Had je dit niet verwacht, dan kun je het negeren.`,
    },
  },
});

/** Lets an operator choose a new password. */
export const passwordReset = mail<LinkData>({
  name: 'core.password-reset',
  label: 'Link for a new password',
  example,
  mayReveal,
  texts: {
    en: {
      subject: 'A new password for Steward',
      text: `{% if name != "" %}Dear {{ name }},{% else %}Hello,{% endif %}

somebody asked for a new password for your account at {{ house }}. Choose it here; the link works once, for one hour:

{{ link }}

If it was not you, ignore this; your password stays as it is.`,
    },
    zh: {
      subject: 'Steward 新密码',
      text: `{% if name != "" %}{{ name }}，您好：{% else %}您好：{% endif %}

有人为您在 {{ house }} 的账户申请了新密码。请在此设置；链接只能使用一次，一小时内有效：

{{ link }}

如果不是您本人操作，请忽略此邮件；您的密码不变。`,
    },
    ru: {
      subject: 'Новый пароль для Steward',
      text: `Здравствуйте{% if name != "" %}, {{ name }}{% endif %}!

Кто-то запросил новый пароль для вашей учётной записи на {{ house }}. Выберите его здесь; ссылка действует один раз в течение часа:

{{ link }}

Если это были не вы, ничего не делайте: пароль останется прежним.`,
    },
    nl: {
      subject: 'Een nieuw wachtwoord voor Steward',
      text: `{% if name != "" %}Beste {{ name }},{% else %}Hallo,{% endif %}

iemand vroeg een nieuw wachtwoord aan voor je account op {{ house }}. Kies het hier; de link werkt één keer, een uur lang:

{{ link }}

Was jij dit niet, negeer dit dan; je wachtwoord blijft zoals het is.`,
    },
  },
});
