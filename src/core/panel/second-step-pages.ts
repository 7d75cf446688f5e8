// The pages of the second factor, as HTML. Every value is escaped; there is no script.
import { escapeHtml } from '../../lib/escape-html.ts';
import type { NewFactor } from '../people/second-factor.ts';
import { phrase } from '../words/catalogue.ts';
import { field, hidden, type Look, type Notice, notice, page, toSignIn } from './sign-in-pages.ts';

/** Writes the page that asks for a code. */
export function codePage(look: Look, given: { note?: Notice }): string {
  const { say } = look.words;
  const help = phrase('The six digits that your authenticator app shows. Without the app: one of your recovery codes.');
  return page(
    look,
    say(phrase('One more step')),
    `${notice(given.note)}
<form method="post" action="/admin/second-factor">
${field({ name: 'code', label: say(phrase('Code')), type: 'text', autocomplete: 'one-time-code', help: say(help), isFirst: true })}
<button type="submit">${escapeHtml(say(phrase('Sign in')))}</button>
</form>
${asSomebodyElse(look)}`,
  );
}

/** Writes the page that sets up an authenticator app. */
export function enrolPage(look: Look, given: { factor: NewFactor; note?: Notice }): string {
  const { factor } = given;
  const { say } = look.words;
  const ask = phrase(
    'Your role asks for a second factor. Scan this picture with an authenticator app, then type the six digits that it shows.',
  );
  return page(
    look,
    say(phrase('Protect your account')),
    `<p>${escapeHtml(say(ask))}</p>
${notice(given.note)}
<div class="qr" role="img" aria-label="${escapeHtml(say(phrase('QR code for the authenticator app')))}">${factor.qr}</div>
<p class="help">${escapeHtml(say(phrase('No camera at hand? Type this key into the app:')))}</p>
<p class="secret-key">${escapeHtml(factor.secret)}</p>
<form method="post" action="/admin/second-factor">
${hidden('sealed', factor.sealed)}
${field({ name: 'code', label: say(phrase('Code')), type: 'text', autocomplete: 'one-time-code', isFirst: true })}
<button type="submit">${escapeHtml(say(phrase('Confirm')))}</button>
</form>
${asSomebodyElse(look)}`,
  );
}

/** Writes the page that shows the recovery codes, this once. */
export function recoveryCodesPage(look: Look, given: { codes: readonly string[]; next: string }): string {
  const { say } = look.words;
  const keep = phrase(
    'If your app is ever away, each of these lets you in once. Write them down or print them; they are not shown again.',
  );
  return page(
    look,
    say(phrase('Keep these codes')),
    `<p>${escapeHtml(say(keep))}</p>
<ul class="codes">${given.codes.map((code) => `<li>${escapeHtml(code)}</li>`).join('')}</ul>
<p><a class="go-on" href="${escapeHtml(given.next)}">${escapeHtml(say(phrase('I have kept them. Go on')))}</a></p>`,
  );
}

function asSomebodyElse(look: Look): string {
  return `<p class="aside">${toSignIn(look, look.words.say(phrase('Sign in as somebody else')))}</p>`;
}
