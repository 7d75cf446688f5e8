// The page on which people leave: one sentence, one button, no script. In English, Chinese, Russian and Dutch.
import { escapeHtml } from '../../lib/escape-html.ts';

interface Words {
  title: string;
  ask: string;
  button: string;
  done: string;
  unknown: string;
}

const words: Record<string, Words> = {
  en: {
    title: 'Unsubscribe',
    ask: 'Shall {address} get no more messages of this kind? What you ask for yourself, such as a confirmation, still comes.',
    button: 'Unsubscribe',
    done: 'Done. {address} gets no more messages of this kind.',
    unknown: 'This link is not valid (any more).',
  },
  zh: {
    title: '退订',
    ask: '要让 {address} 不再收到此类消息吗？您自己请求的消息（例如确认信）仍会发送。',
    button: '退订',
    done: '已退订。{address} 不会再收到此类消息。',
    unknown: '此链接无效或已失效。',
  },
  ru: {
    title: 'Отписаться',
    ask: 'Больше не присылать такие сообщения на {address}? То, о чём вы просите сами, например подтверждения, приходить будет.',
    button: 'Отписаться',
    done: 'Готово. На {address} такие сообщения больше не придут.',
    unknown: 'Эта ссылка недействительна.',
  },
  nl: {
    title: 'Afmelden',
    ask: 'Wil je dat {address} geen berichten van deze soort meer krijgt? Waar je zelf om vraagt, zoals een bevestiging, blijft komen.',
    button: 'Afmelden',
    done: 'Gelukt. {address} krijgt geen berichten van deze soort meer.',
    unknown: 'Deze link is niet (meer) geldig.',
  },
};

/** Writes the page. `address` is already shortened. */
export function unsubscribePage(language: string, state: 'ask' | 'done' | 'unknown', address = ''): string {
  const tag = Object.hasOwn(words, language) ? language : 'en';
  const { title, button, ...sentences } = words[tag] as Words;
  const sentence = escapeHtml(sentences[state]).replace('{address}', `<strong>${escapeHtml(address)}</strong>`);
  const form =
    state === 'ask'
      ? `<form method="post"><input type="hidden" name="from" value="page"><button type="submit">${button}</button></form>`
      : '';
  return `<!doctype html>
<html lang="${tag}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/shared/page.css">
</head>
<body>
<main>
<h1>${title}</h1>
<p role="status">${sentence}</p>
${form}
</main>
</body>
</html>
`;
}
