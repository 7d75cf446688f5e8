// What leaves for the people of a contest: codes, results by SMS and by mail, and the data for the operator. Texts in en, zh, ru and nl.
import { mail, sms, webhook } from '../../core/index.ts';
import { noticeSettled } from './notice-settled.ts';
import { operatorSettled, operatorTried } from './operator-settled.ts';

/** The code that proves a phone; the code itself comes in as the secret `code`. */
export const codeSms = sms<{ contest: string; minutes: number }>({
  name: 'contests.code',
  label: 'Code that proves a phone',
  urgent: true,
  example: { contest: 'City quiz', minutes: 10, code: '0417' },
  texts: {
    en: 'Confirmation code: {{ code }}',
    ru: 'Код подтверждения: {{ code }}',
    zh: '验证码：{{ code }}',
    nl: 'Bevestigingscode: {{ code }}',
  },
});

/** Instead of a code, for a phone that is registered: only its owner reads it. */
export const registeredSms = sms<{ contest: string }>({
  name: 'contests.registered',
  label: 'Phone is registered already',
  urgent: true,
  example: { contest: 'City quiz' },
  texts: {
    en: '{{ contest }}: this number is registered already. You need no code.',
    ru: '{{ contest }}: этот номер уже зарегистрирован. Код не нужен.',
    zh: '{{ contest }}：该号码已报名，无需验证码。',
    nl: '{{ contest }}: dit nummer is al ingeschreven. U heeft geen code nodig.',
  },
});

/** What the texts about results know. */
export interface ResultData extends Record<string, unknown> {
  contest: string;
  /** Empty for those who won nothing. */
  prize: string;
  /** The page with the winners. */
  page: string;
}

const example = { contest: 'City quiz', prize: 'Bicycle', page: 'https://example.org/contests/winners' };

/** Tells a participant the results by SMS. */
export const resultSms = sms<ResultData>({
  name: 'contests.result',
  label: 'Results of the contest',
  urgent: false,
  settled: noticeSettled,
  example,
  texts: {
    en: "{{ contest }}: {% if prize != '' %}congratulations, you won: {{ prize }}. {% else %}the results are out. {% endif %}{{ page }}",
    ru: "{{ contest }}: {% if prize != '' %}поздравляем, ваш приз: {{ prize }}. {% else %}итоги подведены. {% endif %}{{ page }}",
    zh: "{{ contest }}：{% if prize != '' %}恭喜您获得：{{ prize }}。{% else %}结果已公布。{% endif %}{{ page }}",
    nl: "{{ contest }}: {% if prize != '' %}gefeliciteerd, je wint: {{ prize }}. {% else %}de uitslag is bekend. {% endif %}{{ page }}",
  },
});

/** Tells a participant the results by mail. */
export const resultMail = mail<ResultData & { name: string }>({
  name: 'contests.result-mail',
  label: 'Results of the contest, by mail',
  urgent: false,
  settled: noticeSettled,
  example: { ...example, name: 'Ada' },
  texts: {
    en: {
      subject: '{{ contest }}: the results',
      text: "Dear {{ name }},\n\n{% if prize != '' %}congratulations! You won: {{ prize }}.{% else %}the results of the contest are out. Thank you for taking part.{% endif %}\n\nThe winners: {{ page }}\n",
    },
    ru: {
      subject: '{{ contest }}: итоги',
      text: "Здравствуйте, {{ name }}!\n\n{% if prize != '' %}Поздравляем! Ваш приз: {{ prize }}.{% else %}Итоги конкурса подведены. Спасибо за участие.{% endif %}\n\nПобедители: {{ page }}\n",
    },
    zh: {
      subject: '{{ contest }}：结果',
      text: "{{ name }}，您好！\n\n{% if prize != '' %}恭喜您获得：{{ prize }}。{% else %}抽奖活动结果已公布，感谢您的参与。{% endif %}\n\n获奖名单：{{ page }}\n",
    },
    nl: {
      subject: '{{ contest }}: de uitslag',
      text: "Beste {{ name }},\n\n{% if prize != '' %}gefeliciteerd! U wint: {{ prize }}.{% else %}de uitslag van de wedstrijd is bekend. Bedankt voor het meedoen.{% endif %}\n\nDe winnaars: {{ page }}\n",
    },
  },
});

/** A participant's data as the operator takes them: the fields of the seed, as a form. */
export const operatorHook = webhook({
  name: 'contests.hand-over',
  label: 'Data for the operator',
  type: 'contests.participant',
  body: 'form',
  tried: operatorTried,
  settled: operatorSettled,
  example: {
    first_name: 'Анна',
    second_name: 'Иванова',
    patronymic: 'Петровна',
    birthday: '20.05.1985',
    district_id: 41,
    address: 'Петропавловск-Камчатский, ул. Ленинская, 1',
    email: 'anna@example.org',
    phone: '+79091231212',
  },
});
