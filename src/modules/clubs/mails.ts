// The mails to clubs: approved, refused, soon to end, suspended, and a message of staff. Texts in en, zh, ru and nl.
// The rule: the approval's link makes its reader the club, so a captured one is shown only to people who decide on clubs.
import { type Actor, type Core, mail, may } from '../../core/index.ts';

/** What the approval's templates know; the secrets are `password` and `link`. */
interface ApprovalData extends Record<string, unknown> {
  club: string;
  account: string;
  panel: string;
  days: number;
}

const page = (inner: string) =>
  `<div style="max-width:34em;margin:0 auto;font:16px/1.6 system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',sans-serif;color:#1f2937">${inner}</div>`;
const button = (words: string) =>
  `<p style="margin:1.6em 0"><a href="{{ link }}" style="display:inline-block;background:#1f6f54;color:#ffffff;padding:.75em 1.4em;border-radius:.5em;text-decoration:none;font-weight:600">${words}</a></p>`;
const facts = (account: string, password: string) =>
  `<p style="background:#f3f4f6;border-radius:.5em;padding:.75em 1em">${account}: <strong>{{ account }}</strong><br>${password}: <strong style="font-family:ui-monospace,Menlo,Consolas,monospace">{{ password }}</strong></p>`;

/** Tells an approved club how to get in. */
export const approvalMail = mail<ApprovalData>({
  name: 'clubs.approval',
  label: 'Club: approved, with the way in',
  example: {
    club: 'Canal Rowing Club',
    account: 'rowing@example.org',
    panel: 'https://example.org/admin',
    days: 7,
    password: 'QXMK-4TRA-H9QD-PX3W',
    link: 'https://example.org/admin/setup?link=example',
  },
  mayReveal: async (_core: Core, actor: Actor) => may(actor, 'clubs:review'),
  texts: {
    en: {
      subject: 'Your club is registered: {{ club }}',
      text: `Hello,

the registration of {{ club }} was approved. Choose your own password here; the link works once, for {{ days }} days:

{{ link }}

Or sign in at {{ panel }} with this account and initial password, which is good for {{ days }} days and asks for a new one:

Account: {{ account }}
Initial password: {{ password }}`,
      html: page(
        `<p>Hello,</p><p>the registration of <strong>{{ club }}</strong> was approved. Choose your own password; the link works once, for {{ days }} days.</p>${button('Choose a password')}<p>Or sign in at <a href="{{ panel }}">{{ panel }}</a> with this initial password. It is good for {{ days }} days and asks for a new one.</p>${facts('Account', 'Initial password')}`,
      ),
    },
    zh: {
      subject: '恭喜，您的账号注册请求已通过：{{ club }}',
      text: `您好：

{{ club }} 的注册申请已通过审核。请打开下面的链接设置您自己的密码；链接仅可使用一次，{{ days }} 天内有效：

{{ link }}

您也可以在 {{ panel }} 使用以下账号和初始密码登录。初始密码 {{ days }} 天内有效，登录后须更改：

账号：{{ account }}
初始密码：{{ password }}`,
      html: page(
        `<p>您好：</p><p><strong>{{ club }}</strong> 的注册申请已通过审核。请设置您自己的密码；链接仅可使用一次，{{ days }} 天内有效。</p>${button('设置密码')}<p>您也可以在 <a href="{{ panel }}">{{ panel }}</a> 使用以下初始密码登录。初始密码 {{ days }} 天内有效，登录后须更改。</p>${facts('账号', '初始密码')}`,
      ),
    },
    ru: {
      subject: 'Ваш клуб зарегистрирован: {{ club }}',
      text: `Здравствуйте!

Регистрация клуба «{{ club }}» одобрена. Выберите свой пароль здесь; ссылка действует один раз в течение {{ days }} дн.:

{{ link }}

Или войдите на {{ panel }} с этой учётной записью и начальным паролем. Он действует {{ days }} дн., после входа его нужно сменить:

Учётная запись: {{ account }}
Начальный пароль: {{ password }}`,
      html: page(
        `<p>Здравствуйте!</p><p>Регистрация клуба <strong>{{ club }}</strong> одобрена. Выберите свой пароль; ссылка действует один раз в течение {{ days }} дн.</p>${button('Выбрать пароль')}<p>Или войдите на <a href="{{ panel }}">{{ panel }}</a> с этим начальным паролем. Он действует {{ days }} дн., после входа его нужно сменить.</p>${facts('Учётная запись', 'Начальный пароль')}`,
      ),
    },
    nl: {
      subject: 'Je vereniging is ingeschreven: {{ club }}',
      text: `Hallo,

de inschrijving van {{ club }} is goedgekeurd. Kies hier je eigen wachtwoord; de link werkt één keer, {{ days }} dagen lang:

{{ link }}

Of log in op {{ panel }} met dit account en eerste wachtwoord, dat {{ days }} dagen geldig is en om een nieuw vraagt:

Account: {{ account }}
Eerste wachtwoord: {{ password }}`,
      html: page(
        `<p>Hallo,</p><p>de inschrijving van <strong>{{ club }}</strong> is goedgekeurd. Kies je eigen wachtwoord; de link werkt één keer, {{ days }} dagen lang.</p>${button('Wachtwoord kiezen')}<p>Of log in op <a href="{{ panel }}">{{ panel }}</a> met dit eerste wachtwoord. Het is {{ days }} dagen geldig en vraagt om een nieuw.</p>${facts('Account', 'Eerste wachtwoord')}`,
      ),
    },
  },
});

/** Tells a club that it was refused, and why. */
export const refusalMail = mail<{ club: string; reason: string }>({
  name: 'clubs.refusal',
  label: 'Club: refused',
  example: { club: 'Canal Rowing Club', reason: 'The evidence cannot be read.' },
  texts: {
    en: {
      subject: 'The registration of {{ club }} was not approved',
      text: `Hello,

the registration of {{ club }} was not approved.{% if reason != "" %}

Reason: {{ reason }}{% endif %}

You may send a new application.`,
    },
    zh: {
      subject: '很抱歉，您的账号注册请求未通过：{{ club }}',
      text: `您好：

{{ club }} 的注册申请未通过审核。{% if reason != "" %}

原因：{{ reason }}{% endif %}

您可以重新提交申请。`,
    },
    ru: {
      subject: 'Регистрация не одобрена: {{ club }}',
      text: `Здравствуйте!

Регистрация клуба «{{ club }}» не одобрена.{% if reason != "" %}

Причина: {{ reason }}{% endif %}

Вы можете подать новую заявку.`,
    },
    nl: {
      subject: 'De inschrijving van {{ club }} is niet goedgekeurd',
      text: `Hallo,

de inschrijving van {{ club }} is niet goedgekeurd.{% if reason != "" %}

Reden: {{ reason }}{% endif %}

Je mag een nieuwe aanvraag doen.`,
    },
  },
});

/** Reminds a club that its approval ends. */
export const reminderMail = mail<{ club: string; day: string; panel: string }>({
  name: 'clubs.renewal-reminder',
  label: 'Club: the approval ends soon',
  urgent: false,
  example: { club: 'Canal Rowing Club', day: '2026-12-31', panel: 'https://example.org/admin' },
  texts: {
    en: {
      subject: 'The registration of {{ club }} ends on {{ day }}',
      text: `Hello,

the registration of {{ club }} ends on {{ day }}. To go on, sign in at {{ panel }}, open your club and choose “Ask for renewal”.`,
    },
    zh: {
      subject: '{{ club }} 的注册将于 {{ day }} 到期',
      text: `您好：

{{ club }} 的注册将于 {{ day }} 到期。如需继续，请登录 {{ panel }}，打开您的社团页面，选择“申请续期”。`,
    },
    ru: {
      subject: 'Регистрация клуба «{{ club }}» заканчивается {{ day }}',
      text: `Здравствуйте!

Регистрация клуба «{{ club }}» заканчивается {{ day }}. Чтобы продолжить, войдите на {{ panel }}, откройте свой клуб и выберите «Попросить о продлении».`,
    },
    nl: {
      subject: 'De inschrijving van {{ club }} eindigt op {{ day }}',
      text: `Hallo,

de inschrijving van {{ club }} eindigt op {{ day }}. Wil je doorgaan? Log in op {{ panel }}, open je vereniging en kies “Verlenging vragen”.`,
    },
  },
});

/** Tells a club that its account is closed for now. */
export const suspensionMail = mail<{ club: string; reason: string }>({
  name: 'clubs.suspension',
  label: 'Club: suspended',
  example: { club: 'Canal Rowing Club', reason: 'The registration was not renewed.' },
  texts: {
    en: {
      subject: '{{ club }} is suspended',
      text: `Hello,

the account of {{ club }} is closed for now.{% if reason != "" %} Reason: {{ reason }}{% endif %}

Please get in touch with us to go on.`,
    },
    zh: {
      subject: '{{ club }} 已被暂停',
      text: `您好：

{{ club }} 的账号已暂停使用。{% if reason != "" %}原因：{{ reason }}{% endif %}

如需恢复，请与我们联系。`,
    },
    ru: {
      subject: 'Клуб «{{ club }}» приостановлен',
      text: `Здравствуйте!

Учётная запись клуба «{{ club }}» пока закрыта.{% if reason != "" %} Причина: {{ reason }}{% endif %}

Чтобы продолжить, свяжитесь с нами.`,
    },
    nl: {
      subject: '{{ club }} is geschorst',
      text: `Hallo,

het account van {{ club }} is voorlopig gesloten.{% if reason != "" %} Reden: {{ reason }}{% endif %}

Neem contact met ons op om door te gaan.`,
    },
  },
});

const signature = {
  en: 'Read it later in the panel too: ',
  zh: '也可在后台查看：',
  ru: 'Это сообщение есть и в панели: ',
  nl: 'Het staat ook in het paneel: ',
};
const asWritten = (language: keyof typeof signature) => ({
  subject: '{{ subject }}',
  text: `{{ body }}\n\n${signature[language]}{{ panel }}`,
});

/** Brings a message of staff to a club. */
export const messageMail = mail<{ subject: string; body: string; panel: string }>({
  name: 'clubs.message',
  label: 'Club: a message of staff',
  example: { subject: 'Rooms in June', body: 'The east hall is closed in June.', panel: 'https://example.org/admin' },
  texts: { en: asWritten('en'), zh: asWritten('zh'), ru: asWritten('ru'), nl: asWritten('nl') },
});
