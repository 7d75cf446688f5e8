// The pages of signing in and of first set-up, as HTML. Every value is escaped; there is no script.
import { escapeHtml } from '../../lib/escape-html.ts';
import { phrase } from '../words/catalogue.ts';
import { type Language, languageNames, languages } from '../words/language.ts';
import type { Say, Words } from '../words/sentences.ts';

/** A sentence above a form: what happened. */
export interface Notice {
  tone: 'good' | 'bad';
  text: string;
}

/** How a page looks and what it speaks. */
export interface Look {
  css: string;
  words: Words;
  /** The language that was chosen on a page before this one, to be kept with whoever signs in. */
  chosen?: Language | undefined;
  /** Where this page is, for the switch of languages; absent on a page that cannot be asked for again. */
  here?: string;
}

/** Writes the sign-in page. */
export function signInPage(look: Look, given: { next?: string; email?: string; note?: Notice }): string {
  const { say } = look.words;
  const next = given.next ? `?next=${encodeURIComponent(given.next)}` : '';
  return page(
    { here: `/admin/login${next}`, ...look },
    say(phrase('Sign in')),
    `${notice(given.note)}
<form method="post" action="/admin/login">
${given.next ? hidden('next', given.next) : ''}${keptLanguage(look)}
${field({ name: 'email', label: say(phrase('E-mail')), type: 'email', autocomplete: 'username', value: given.email, isFirst: !given.email })}
${field({ name: 'password', label: say(phrase('Password')), type: 'password', autocomplete: 'current-password', isFirst: Boolean(given.email) })}
<button type="submit">${escapeHtml(say(phrase('Sign in')))}</button>
</form>
<p class="aside">${link(`/admin/forgot${look.chosen ? `?language=${look.chosen}` : ''}`, say(phrase('Forgot your password?')))}</p>`,
  );
}

/** Writes the page of a one-time link: with `email` an invited person sets a password, without it the first person sets up Steward. */
export function setUpPage(
  look: Look,
  given: { token: string; email?: string; first?: Record<string, string>; note?: Notice },
): string {
  const { say } = look.words;
  const invited = given.email !== undefined;
  const title = invited ? say(phrase('Set your password')) : say(phrase('Welcome to Steward'));
  const first = say(phrase('You are the first one here. Choose how you will sign in; you can invite others later.'));
  return page(
    { here: `/admin/setup?link=${encodeURIComponent(given.token)}`, ...look },
    title,
    `${invited ? '' : `<p>${escapeHtml(first)}</p>`}
${notice(given.note)}
<form method="post" action="/admin/setup">
${hidden('link', given.token)}${keptLanguage(look)}
${invited ? invitedFields(say, given.email ?? '') : firstFields(say, given.first ?? {})}
${field({ name: 'password', label: say(phrase('Password')), type: 'password', autocomplete: 'new-password', help: say(phrase('12 characters or more. Several unrelated words are easy to remember.')), isFirst: invited })}
${field({ name: 'again', label: say(phrase('Password again')), type: 'password', autocomplete: 'new-password' })}
<button type="submit">${escapeHtml(invited ? say(phrase('Set password and sign in')) : say(phrase('Start')))}</button>
</form>`,
  );
}

function invitedFields(say: Say, email: string): string {
  return `<p>${withStrong(say(phrase('For {email}.')), 'email', email)} ${hidden('email', email)}</p>`;
}

function firstFields(say: Say, first: Record<string, string>): string {
  return `${hidden('isFirst', '1')}
${field({ name: 'email', label: say(phrase('E-mail')), type: 'email', autocomplete: 'username', value: first.email, isFirst: true })}
${field({ name: 'name', label: say(phrase('Your name')), type: 'text', autocomplete: 'name', value: first.name })}`;
}

/** Writes the page that asks where to send a link for a new password. */
export function forgottenPage(look: Look, given: { email?: string; note?: Notice }): string {
  const { say } = look.words;
  const sentence = phrase(
    'Type the e-mail address that you sign in with. We send a link that lets you choose a new password.',
  );
  return page(
    { here: '/admin/forgot', ...look },
    say(phrase('Forgot your password?')),
    `<p>${escapeHtml(say(sentence))}</p>
${notice(given.note)}
<form method="post" action="/admin/forgot">
${keptLanguage(look)}
${field({ name: 'email', label: say(phrase('E-mail')), type: 'email', autocomplete: 'username', value: given.email, isFirst: true })}
<button type="submit">${escapeHtml(say(phrase('Send the link')))}</button>
</form>
<p class="aside">${toSignIn(look, say(phrase('Back to the sign-in page')))}</p>`,
  );
}

/** Writes what everybody reads who asked for a link, whether there is such an account or not. */
export function mailIsOnItsWayPage(look: Look, given: { email: string }): string {
  const { say } = look.words;
  const sent = phrase(
    'If somebody signs in with {email}, a link is on its way to that address. It works once, for one hour.',
  );
  const lost = phrase('Nothing there after a few minutes? Look among the unwanted mail, or ask an administrator.');
  return page(
    look,
    say(phrase('Look into your mailbox')),
    `<p>${withStrong(say(sent), 'email', given.email)}</p>
<p>${escapeHtml(say(lost))}</p>
<p class="aside">${toSignIn(look, say(phrase('Back to the sign-in page')))}</p>`,
  );
}

/** Writes what a used or old link shows. */
export function staleLinkPage(look: Look): string {
  const { say } = look.words;
  return page(
    look,
    say(phrase('This link is over')),
    `<p>${escapeHtml(say(phrase('It was used already, or it is too old. Ask an administrator for a new one.')))}</p>
<p>${toSignIn(look, say(phrase('Go to the sign-in page')))}</p>`,
  );
}

/** Writes a page of this kind. */
export function page(look: Look, title: string, content: string): string {
  return `<!doctype html>
<html lang="${look.words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} · Steward</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${escapeHtml(look.css)}">
</head>
<body>
<main>
<p class="brand">Steward</p>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
${languageSwitch(look)}
</body>
</html>
`;
}

// Links, not a script: each asks for the same page in another language.
function languageSwitch({ here, words }: Look): string {
  if (here === undefined) return '';
  const items = languages.map((one) => {
    const address = `${here}${here.includes('?') ? '&' : '?'}language=${one}`;
    const current = one === words.language ? ' aria-current="true"' : '';
    return `<a href="${escapeHtml(address)}" lang="${one}" hreflang="${one}"${current}>${languageNames[one]}</a>`;
  });
  return `<nav class="languages" aria-label="${escapeHtml(words.say(phrase('Language')))}">${items.join('\n')}</nav>`;
}

/** Writes the hidden field that keeps a language chosen on this page for whoever signs in. */
export function keptLanguage({ chosen }: Look): string {
  return chosen ? hidden('language', chosen) : '';
}

/** Writes a link to the sign-in page that keeps the chosen language. */
export function toSignIn({ chosen }: Look, text: string): string {
  return link(`/admin/login${chosen ? `?language=${chosen}` : ''}`, text);
}

function link(address: string, text: string): string {
  return `<a href="${escapeHtml(address)}">${escapeHtml(text)}</a>`;
}

function withStrong(sentence: string, name: string, value: string): string {
  return escapeHtml(sentence).replace(`{${name}}`, () => `<strong>${escapeHtml(value)}</strong>`);
}

/** Writes the sentence above a form. */
export function notice(note: Notice | undefined): string {
  return note
    ? `<p class="notice ${note.tone}" role="${note.tone === 'bad' ? 'alert' : 'status'}">${escapeHtml(note.text)}</p>`
    : '';
}

/** Writes a hidden field. */
export function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
}

/** Writes a field with its label. */
export function field(given: {
  name: string;
  label: string;
  type: string;
  autocomplete: string;
  value?: string;
  help?: string;
  isFirst?: boolean;
}): string {
  const { name, label, type, autocomplete, value = '', help, isFirst = false } = given;
  const described = help ? ` aria-describedby="${name}-help"` : '';
  return `<label for="${name}">${escapeHtml(label)}</label>
${help ? `<p class="help" id="${name}-help">${escapeHtml(help)}</p>` : ''}
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" value="${escapeHtml(value)}" required maxlength="200"${described}${isFirst ? ' autofocus' : ''}>`;
}
