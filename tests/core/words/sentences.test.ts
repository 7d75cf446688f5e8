// Sentences said in another language after they were filled in, and the limits of that: what people typed stays as they typed it.
import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../../../src/core/words/catalogue.ts';
import { sayAnswer } from '../../../src/core/words/door.ts';
import { acceptedLanguage, readLanguage } from '../../../src/core/words/language.ts';
import { buildWords } from '../../../src/core/words/sentences.ts';

const ru: Catalogue = {
  recipient: 'получатель',
  recipients: 'получатели',
  '{count} recipients': {
    one: '{count} получатель',
    few: '{count} получателя',
    many: '{count} получателей',
    other: '{count} получателей',
  },
  'Send {count} notices': {
    one: 'Отправить {count} уведомление',
    few: 'Отправить {count} уведомления',
    many: 'Отправить {count} уведомлений',
    other: 'Отправить {count} уведомлений',
  },
  Name: 'Имя',
  State: 'Состояние',
  Added: 'Добавлен',
  Mailed: 'Отправлен',
  'is missing': 'не заполнено',
  '{label} is missing': '{label}: не заполнено',
  '{label} is {values}': '{label}: {values}',
  '{label} contains “{first}”': '{label} содержит «{first}»',
  'all {many}: {choice}': 'все {many}: {choice}',
  'except {count}': 'кроме {count}',
  'Paused by {name}.': 'Приостановлено: {name}.',
  'The link goes to {email}': 'Ссылка уйдёт на {email}',
};
const words = buildWords('ru', [ru]);

describe('saying a sentence in Russian', () => {
  it.each([
    ['Name', 'Имя'],
    ['Recipients', 'Получатели'],
    ['Paused by Ada Lovelace.', 'Приостановлено: Ada Lovelace.'],
    ['Send 1 notices', 'Отправить 1 уведомление'],
    ['Send 3 notices', 'Отправить 3 уведомления'],
    ['Send 1,234 notices', 'Отправить 1\u00a0234 уведомления'],
    ['Name is missing', 'Имя: не заполнено'],
    ['Name is missing; State is missing', 'Имя: не заполнено; Состояние: не заполнено'],
    ['The link goes to ada@example.org.', 'Ссылка уйдёт на ada@example.org.'],
    [
      'all recipients: State is Added or Mailed, Name contains “Ada”, except 2',
      'все получатели: Состояние: Добавлен или Отправлен, Имя содержит «Ada», кроме 2',
    ],
    [
      'Send 10 notices: all recipients: State is Added',
      'Отправить 10 уведомлений: все получатели: Состояние: Добавлен',
    ],
  ])('%s', (english, russian) => {
    expect(words.say(english)).toBe(russian);
  });

  it.each(['Ada is missing', 'A name nobody declared', 'Paused by ', ''])('leaves "%s" as it is', (text) => {
    expect(words.say(text)).toBe(text);
  });

  it('carries over what was typed, whatever it holds', () => {
    const typed = '{name} $& <b>$1</b> \\ Name';
    expect(words.say(`Paused by ${typed}.`)).toBe(`Приостановлено: ${typed}.`);
  });

  it('takes hostile text of any length without a second look', () => {
    const long = 'all is; is missing: '.repeat(50_000);
    expect(words.say(long)).toBe(long);
    const tricky = `${'Name is '.repeat(400)}; ${'a: '.repeat(200)}`;
    expect(typeof words.say(tricky)).toBe('string');
  });
});

describe('an answer at the door', () => {
  it('says labels and reasons, and never touches values', () => {
    const answer = {
      label: { one: 'recipient', many: 'recipients' },
      columns: [{ name: 'state', label: 'State', values: [{ value: 'Added', label: 'Added' }] }],
      rows: [{ id: '1', title: 'Name', values: { name: 'Name', label: 'State', reason: 'is missing' } }],
      fields: { name: 'is missing' },
      form: { label: 'Name' },
      at: new Date(0),
    };
    expect(sayAnswer(words, answer)).toEqual({
      label: { one: 'получатель', many: 'получатели', counted: ru['{count} recipients'] },
      columns: [{ name: 'state', label: 'Состояние', values: [{ value: 'Added', label: 'Добавлен' }] }],
      rows: [{ id: '1', title: 'Name', values: { name: 'Name', label: 'State', reason: 'is missing' } }],
      fields: { name: 'не заполнено' },
      form: { label: 'Name' },
      at: new Date(0),
    });
  });

  it('does not take a name that somebody gave for a sentence', () => {
    const answer = { rows: [{ label: 'Name is missing', value: 3 }] };
    expect(sayAnswer(words, answer)).toEqual(answer);
  });

  it('gives English back as the very same thing', () => {
    const answer = { label: 'State' };
    expect(sayAnswer(buildWords('en', []), answer)).toBe(answer);
  });
});

describe('the language that a browser asks for', () => {
  it.each([
    ['ru-RU,ru;q=0.9,en;q=0.8', 'ru'],
    ['zh-CN', 'zh'],
    ['de,fr;q=0.9,nl;q=0.2', 'nl'],
    ['en;q=0.1, nl;q=0.5', 'nl'],
    ['ru;q=0, nl', 'nl'],
    ['de', 'en'],
    ['', 'en'],
    ['*;;;q=x,,', 'en'],
    [undefined, 'en'],
    [['ru'], 'en'],
  ])('%s is %s', (header, language) => {
    expect(acceptedLanguage(header)).toBe(language);
  });

  it('knows no language by the name of what every object has', () => {
    expect(readLanguage('constructor')).toBeUndefined();
    expect(readLanguage('RU-ru')).toBe('ru');
  });
});
