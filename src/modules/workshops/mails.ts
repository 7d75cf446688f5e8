// The mails of the module: an offered place, a personal schedule, a login key. Texts in en, zh, ru and nl.
import { type Core, mail, may } from '../../core/index.ts';

/** What the offer's templates know. */
export interface OfferData extends Record<string, unknown> {
  name: string;
  workshop: string;
  moment: string;
  event: string;
  /** Hours that the place is kept. */
  hours: number;
  page: string;
}

/** What the schedule's templates know. */
export interface ScheduleData extends Record<string, unknown> {
  name: string;
  event: string;
  lines: { moment: string; workshop: string; room: string; time: string }[];
  page: string;
}

/** What the key's templates know; the key itself comes as the secret `key`. */
export interface KeyData extends Record<string, unknown> {
  name: string;
  event: string;
  page: string;
}

const lines = `{% for line in lines %}{{ line.moment }}{% if line.time != '' %} ({{ line.time }}){% endif %}: {{ line.workshop }}{% if line.room != '' %}, {{ line.room }}{% endif %}
{% endfor %}`;

/** Tells somebody of a waiting list that a place is kept for them. */
export const offerMail = mail<OfferData>({
  name: 'workshops.offer',
  label: 'A place on the waiting list became free',
  example: {
    name: 'Sanne de Boer',
    workshop: 'Robotics',
    moment: 'Monday 10:00',
    event: 'Project week',
    hours: 24,
    page: 'https://example.org/workshops/',
  },
  texts: {
    en: {
      subject: 'A place for you: {{ workshop }}',
      text: 'Dear {{ name }},\n\nA place became free in {{ workshop }} ({{ moment }}, {{ event }}). It is kept for you for {{ hours }} hours. Sign in with your key to take it or to give it back:\n{{ page }}\n\nAfter that it goes to the next person in the line.\n',
    },
    zh: {
      subject: '有空位了：{{ workshop }}',
      text: '{{ name }}，您好：\n\n“{{ workshop }}”（{{ moment }}，{{ event }}）有了一个空位，为您保留 {{ hours }} 小时。请用您的登录码登录，接受或放弃：\n{{ page }}\n\n逾期后名额将给下一位。\n',
    },
    ru: {
      subject: 'Для вас есть место: {{ workshop }}',
      text: 'Здравствуйте, {{ name }}!\n\nНа «{{ workshop }}» ({{ moment }}, {{ event }}) освободилось место. Оно закреплено за вами на {{ hours }} ч. Войдите со своим ключом, чтобы занять его или отказаться:\n{{ page }}\n\nПотом оно перейдёт следующему в очереди.\n',
    },
    nl: {
      subject: 'Er is plek voor je: {{ workshop }}',
      text: 'Beste {{ name }},\n\nEr is een plek vrijgekomen bij {{ workshop }} ({{ moment }}, {{ event }}). Die houden we {{ hours }} uur voor je vast. Log in met je sleutel om de plek te nemen of terug te geven:\n{{ page }}\n\nDaarna gaat de plek naar de volgende op de wachtlijst.\n',
    },
  },
});

/** Somebody's own schedule. */
export const scheduleMail = mail<ScheduleData>({
  name: 'workshops.schedule',
  label: 'The schedule of one person',
  example: {
    name: 'Sanne de Boer',
    event: 'Project week',
    lines: [{ moment: 'Monday', workshop: 'Robotics', room: 'B12', time: '10:00' }],
    page: 'https://example.org/workshops/',
  },
  texts: {
    en: {
      subject: 'Your workshops: {{ event }}',
      text: `Dear {{ name }},\n\nThis is your schedule for {{ event }}:\n\n${lines}\nYou find it with your key at {{ page }}\n`,
    },
    zh: {
      subject: '您的工作坊安排：{{ event }}',
      text: `{{ name }}，您好：\n\n以下是您在 {{ event }} 的安排：\n\n${lines}\n用您的登录码可在此查看：{{ page }}\n`,
    },
    ru: {
      subject: 'Ваши мастер-классы: {{ event }}',
      text: `Здравствуйте, {{ name }}!\n\nВаше расписание на {{ event }}:\n\n${lines}\nС вашим ключом оно доступно здесь: {{ page }}\n`,
    },
    nl: {
      subject: 'Jouw workshops: {{ event }}',
      text: `Beste {{ name }},\n\nDit is je rooster voor {{ event }}:\n\n${lines}\nMet je sleutel vind je het ook op {{ page }}\n`,
    },
  },
});

/** Somebody's login key; sealed until it has left. */
export const keyMail = mail<KeyData>({
  name: 'workshops.login-key',
  label: 'The login key of one person',
  // The key makes its holder that person, so reading it takes the permission for keys.
  mayReveal: async (_core: Core, actor) => may(actor, 'workshops:keys'),
  example: { name: 'Sanne de Boer', event: 'Project week', page: 'https://example.org/workshops/', key: '7FKM4TRAH9' },
  texts: {
    en: {
      subject: 'Your key for {{ event }}',
      text: 'Dear {{ name }},\n\nWith this key you choose your workshops: {{ key }}\n\n{{ page }}\n\nPlease keep it to yourself.\n',
    },
    zh: {
      subject: '您的登录码：{{ event }}',
      text: '{{ name }}，您好：\n\n请用此登录码选择工作坊：{{ key }}\n\n{{ page }}\n\n请勿告诉他人。\n',
    },
    ru: {
      subject: 'Ваш ключ: {{ event }}',
      text: 'Здравствуйте, {{ name }}!\n\nС этим ключом вы выбираете мастер-классы: {{ key }}\n\n{{ page }}\n\nНикому его не передавайте.\n',
    },
    nl: {
      subject: 'Jouw sleutel voor {{ event }}',
      text: 'Beste {{ name }},\n\nMet deze sleutel kies je je workshops: {{ key }}\n\n{{ page }}\n\nHoud hem voor jezelf.\n',
    },
  },
});
