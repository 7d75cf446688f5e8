// The texts of mails: what templates may do, what they may not, and what a person's name can do to them.
import { describe, expect, it } from 'vitest';
import { mail } from '../../../src/core/mail.ts';
import { hideSecrets, maskSecrets, revealSecrets } from '../../../src/core/outbox/secrets.ts';
import { renderMail } from '../../../src/core/outbox/templates.ts';

const config = { appKey: 'k'.repeat(40) } as Parameters<typeof hideSecrets>[0];
const withText = (text: string, html = '', subject = 'S') =>
  mail({ name: 'trial.mail', label: 'Trial', texts: { en: { subject, text, html } }, example: {} });

describe('a template', () => {
  it('escapes values in the HTML and leaves them as they are in the text', () => {
    const rendered = renderMail(withText('{{ name }}', '<b title="{{ name }}">{{ name }}</b>'), 'en', {
      name: `<i>"&'`,
    });
    expect(rendered.text).toBe(`<i>"&'`);
    expect(rendered.html).toBe('<b title="&lt;i&gt;&#34;&amp;&#39;">&lt;i&gt;&#34;&amp;&#39;</b>');
  });

  it('makes one line of the subject, whatever stands in the data', () => {
    const { subject } = renderMail(withText('x', '', 'Hi {{ name }}'), 'en', {
      name: 'Ada\r\nBcc: evil@example.org\u0000\u2028!',
    });
    expect(subject).toBe('Hi Ada Bcc: evil@example.org !');
  });

  it.each([
    ['{{ nobody }}', /undefined variable: nobody/],
    ['{{ name | unheard_of }}', /undefined filter: unheard_of/],
    ['{% if %', /not closed/],
    ["{% include '/etc/passwd' %}", /ENOENT/],
    ["{% render '../../package.json' %}", /ENOENT/],
    ["{% layout '/etc/hostname' %}", /ENOENT/],
    ['{% for i in (1..100000000) %}{{ i }}{% endfor %}', /limit exceeded/],
  ])('refuses %s in words', (text, words) => {
    expect(() => renderMail(withText(text), 'en', { name: 'Ada' })).toThrow(
      /The text of the mail trial.mail cannot be written/,
    );
    expect(() => renderMail(withText(text), 'en', { name: 'Ada' })).toThrow(words);
  });

  it('knows only own values: nothing of JavaScript is within reach', () => {
    for (const text of ['{{ name.constructor }}', '{{ constructor }}', '{{ __proto__ }}', '{{ name.__proto__ }}'])
      expect(() => renderMail(withText(text), 'en', { name: 'Ada' })).toThrow(/undefined variable/);
  });

  it('does not run what a person has typed', () => {
    expect(renderMail(withText('{{ name }}'), 'en', { name: '{{ secret }}{% if %}' }).text).toBe(
      '{{ secret }}{% if %}',
    );
  });
});

describe('secrets', () => {
  it('are sealed beside the text, put in escaped, and masked for readers', () => {
    const { placeholders, sealed } = hideSecrets(config, { link: 'https://x.org/?a=1&b="' });
    const stored = renderMail(withText('{{ link }}', '<a href="{{ link }}">'), 'en', placeholders);
    expect(JSON.stringify([stored, sealed])).not.toContain('x.org');
    expect(revealSecrets(config, stored, sealed)).toMatchObject({
      text: 'https://x.org/?a=1&b="',
      html: '<a href="https://x.org/?a=1&#38;b=&#34;">',
    });
    expect(maskSecrets(stored).text).toBe('••••••');
    expect(() => revealSecrets(config, stored, null)).toThrow('gone');
  });

  it('do not come out through a placeholder that somebody typed', () => {
    const { placeholders, sealed } = hideSecrets(config, { link: 'the-secret' });
    const typed = '[[secret:link:0123456789abcdef]]';
    const stored = renderMail(withText('{{ name }} {{ link }}'), 'en', { ...placeholders, name: typed });
    expect(revealSecrets(config, stored, sealed).text).toBe(`${typed} the-secret`);
  });
});
