// The two mails of a campaign: the notice with the personal link, and the certificate. Texts in en, zh, ru and nl.
import { mail } from '../../core/index.ts';
import { certificateSettled, noticeSettled } from './settled.ts';

/** What the notice's templates know; the personal link comes in as the secret `link`. */
export interface NoticeData extends Record<string, unknown> {
  campaign: string;
  organisation: string;
  website: string;
  name: string;
  days: number;
  /** Hash of the link's token: it becomes the valid one when this mail has left. */
  tokenHash: string;
}

/** What the certificate mail's templates know. */
export interface CertificateData extends Record<string, unknown> {
  campaign: string;
  organisation: string;
  website: string;
  name: string;
  verifyUrl: string;
  certificateId: string;
}

const page = (inner: string) =>
  `<div style="max-width:34em;margin:0 auto;font:16px/1.6 system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',sans-serif;color:#1f2937">${inner}</div>`;
const button = (words: string) =>
  `<p style="margin:1.6em 0"><a href="{{ link }}" style="display:inline-block;background:#1f6f54;color:#ffffff;padding:.75em 1.4em;border-radius:.5em;text-decoration:none;font-weight:600">${words}</a></p><p style="color:#6b7280;font-size:14px;word-break:break-all">{{ link }}</p>`;
const site = (word: string) =>
  `{% if website != '' %}<p style="color:#6b7280;font-size:14px">${word}<a href="{{ website }}" style="color:#1f6f54">{{ website }}</a></p>{% endif %}`;
const siteText = (word: string) => `{% if website != '' %}\n${word}{{ website }}{% endif %}\n`;

/** Tells a person that a certificate waits, with the personal link. */
export const noticeMail = mail<NoticeData>({
  name: 'certificates.notice',
  label: 'Notice: your certificate waits',
  urgent: false,
  settled: noticeSettled,
  example: {
    campaign: 'Spring volunteers 2026',
    organisation: 'Green Canal Society',
    website: 'https://example.org',
    name: 'Ada',
    days: 60,
    tokenHash: 'example',
    link: 'https://example.org/certificates/?token=example',
  },
  texts: {
    en: {
      subject: 'Your {{ organisation }} volunteer certificate is ready to claim',
      text: `{% if name != '' %}Dear {{ name }},{% else %}Hello,{% endif %}

Thank you for your work as a volunteer in "{{ campaign }}".
Open this link, check how your name is written, and your certificate comes by mail:

{{ link }}

The link is only for you and works for {{ days }} days.

{{ organisation }}${siteText('Website: ')}`,
      html: page(
        `<p>{% if name != '' %}Dear {{ name }},{% else %}Hello,{% endif %}</p><p>Thank you for your work as a volunteer in “{{ campaign }}”. Check how your name is written, and your certificate comes by mail.</p>${button('Claim your certificate')}<p style="color:#6b7280;font-size:14px">The link is only for you and works for {{ days }} days.</p><p>{{ organisation }}</p>${site('Website: ')}`,
      ),
    },
    zh: {
      subject: '快来领取您的《 {{ organisation }} 志愿者证书》',
      text: `{% if name != '' %}{{ name }}，您好：{% else %}您好：{% endif %}

感谢您在“{{ campaign }}”中的志愿服务！
请打开下面的链接，确认您的姓名写法，证书将发送到您的邮箱：

领取您的《志愿者证书》
{{ link }}

此链接仅供您本人使用，{{ days }} 天内有效。

{{ organisation }}${siteText('网址：')}`,
      html: page(
        `<p>{% if name != '' %}{{ name }}，您好：{% else %}您好：{% endif %}</p><p>感谢您在“{{ campaign }}”中的志愿服务！请确认您的姓名写法，证书将发送到您的邮箱。</p>${button('领取您的《志愿者证书》')}<p style="color:#6b7280;font-size:14px">此链接仅供您本人使用，{{ days }} 天内有效。</p><p>{{ organisation }}</p>${site('网址：')}`,
      ),
    },
    ru: {
      subject: 'Получите сертификат волонтёра — {{ organisation }}',
      text: `Здравствуйте{% if name != '' %}, {{ name }}{% endif %}!

Спасибо за вашу волонтёрскую работу: «{{ campaign }}».
Откройте ссылку, проверьте, как написано ваше имя, и сертификат придёт на почту:

{{ link }}

Ссылка предназначена только вам и действует {{ days }} дн.

{{ organisation }}${siteText('Сайт: ')}`,
      html: page(
        `<p>Здравствуйте{% if name != '' %}, {{ name }}{% endif %}!</p><p>Спасибо за вашу волонтёрскую работу: «{{ campaign }}». Проверьте, как написано ваше имя, и сертификат придёт на почту.</p>${button('Получить сертификат')}<p style="color:#6b7280;font-size:14px">Ссылка предназначена только вам и действует {{ days }} дн.</p><p>{{ organisation }}</p>${site('Сайт: ')}`,
      ),
    },
    nl: {
      subject: 'Haal je vrijwilligerscertificaat van {{ organisation }} op',
      text: `{% if name != '' %}Beste {{ name }},{% else %}Hallo,{% endif %}

Bedankt voor je inzet als vrijwilliger bij "{{ campaign }}".
Open deze link, kijk of je naam goed geschreven is, en je certificaat komt per mail:

{{ link }}

De link is alleen voor jou en werkt {{ days }} dagen.

{{ organisation }}${siteText('Website: ')}`,
      html: page(
        `<p>{% if name != '' %}Beste {{ name }},{% else %}Hallo,{% endif %}</p><p>Bedankt voor je inzet als vrijwilliger bij “{{ campaign }}”. Kijk of je naam goed geschreven is, en je certificaat komt per mail.</p>${button('Certificaat ophalen')}<p style="color:#6b7280;font-size:14px">De link is alleen voor jou en werkt {{ days }} dagen.</p><p>{{ organisation }}</p>${site('Website: ')}`,
      ),
    },
  },
});

const checkLink = (words: string) =>
  `<p>${words} <a href="{{ verifyUrl }}" style="color:#1f6f54;word-break:break-all">{{ verifyUrl }}</a></p>`;

/** Brings the certificate as picture and PDF. */
export const certificateMail = mail<CertificateData>({
  name: 'certificates.certificate',
  label: 'The certificate itself',
  settled: certificateSettled,
  example: {
    campaign: 'Spring volunteers 2026',
    organisation: 'Green Canal Society',
    website: 'https://example.org',
    name: 'Ada Lovelace',
    verifyUrl: 'https://example.org/certificates/verify/EXAMPLE',
    certificateId: 'example',
  },
  texts: {
    en: {
      subject: 'Your volunteer certificate',
      text: `Dear {{ name }},

Your certificate for "{{ campaign }}" is attached, as a picture and as a PDF.
Anybody can check it here: {{ verifyUrl }}

{{ organisation }}${siteText('Website: ')}`,
      html: page(
        `<p>Dear {{ name }},</p><p>Your certificate for “{{ campaign }}” is attached, as a picture and as a PDF.</p>${checkLink('Anybody can check it here:')}<p>{{ organisation }}</p>${site('Website: ')}`,
      ),
    },
    zh: {
      subject: '请领取您的志愿者证书',
      text: `{{ name }}，您好，附件中有您的证书（图片与 PDF）。

任何人都可以在此验证证书：{{ verifyUrl }}

{{ organisation }}${siteText('网址：')}`,
      html: page(
        `<p>{{ name }}，您好，附件中有您的证书（图片与 PDF）。</p>${checkLink('任何人都可以在此验证证书：')}<p>{{ organisation }}</p>${site('网址：')}`,
      ),
    },
    ru: {
      subject: 'Ваш сертификат волонтёра',
      text: `Здравствуйте, {{ name }}!

К письму приложен ваш сертификат «{{ campaign }}» — изображением и в PDF.
Проверить его может каждый: {{ verifyUrl }}

{{ organisation }}${siteText('Сайт: ')}`,
      html: page(
        `<p>Здравствуйте, {{ name }}!</p><p>К письму приложен ваш сертификат «{{ campaign }}» — изображением и в PDF.</p>${checkLink('Проверить его может каждый:')}<p>{{ organisation }}</p>${site('Сайт: ')}`,
      ),
    },
    nl: {
      subject: 'Je vrijwilligerscertificaat',
      text: `Beste {{ name }},

Je certificaat voor "{{ campaign }}" zit als afbeelding en als PDF bij deze mail.
Iedereen kan het hier controleren: {{ verifyUrl }}

{{ organisation }}${siteText('Website: ')}`,
      html: page(
        `<p>Beste {{ name }},</p><p>Je certificaat voor “{{ campaign }}” zit als afbeelding en als PDF bij deze mail.</p>${checkLink('Iedereen kan het hier controleren:')}<p>{{ organisation }}</p>${site('Website: ')}`,
      ),
    },
  },
});
