// The pages of the second factor, as HTML. Every value is escaped; there is no script.
import { escapeHtml } from '../../lib/escape-html.ts';
import type { NewFactor } from '../people/second-factor.ts';
import { field, hidden, type Notice, notice, page } from './sign-in-pages.ts';

const toSignIn = '<p class="aside"><a href="/admin/login">Sign in as somebody else</a></p>';

/** Writes the page that asks for a code. */
export function codePage(css: string, given: { note?: Notice }): string {
  return page(
    css,
    'One more step',
    `${notice(given.note)}
<form method="post" action="/admin/second-factor">
${field({ name: 'code', label: 'Code', type: 'text', autocomplete: 'one-time-code', help: 'The six digits that your authenticator app shows. Without the app: one of your recovery codes.', isFirst: true })}
<button type="submit">Sign in</button>
</form>
${toSignIn}`,
  );
}

/** Writes the page that sets up an authenticator app. */
export function enrolPage(css: string, given: { factor: NewFactor; note?: Notice }): string {
  const { factor } = given;
  return page(
    css,
    'Protect your account',
    `<p>Your role asks for a second factor. Scan this picture with an authenticator app, then type the six digits that it shows.</p>
${notice(given.note)}
<div class="qr" role="img" aria-label="QR code for the authenticator app">${factor.qr}</div>
<p class="help">No camera at hand? Type this key into the app:</p>
<p class="secret-key">${escapeHtml(factor.secret)}</p>
<form method="post" action="/admin/second-factor">
${hidden('sealed', factor.sealed)}
${field({ name: 'code', label: 'Code', type: 'text', autocomplete: 'one-time-code', isFirst: true })}
<button type="submit">Confirm</button>
</form>
${toSignIn}`,
  );
}

/** Writes the page that shows the recovery codes, this once. */
export function recoveryCodesPage(css: string, given: { codes: readonly string[]; next: string }): string {
  return page(
    css,
    'Keep these codes',
    `<p>If your app is ever away, each of these lets you in once. Write them down or print them; they are not shown again.</p>
<ul class="codes">${given.codes.map((code) => `<li>${escapeHtml(code)}</li>`).join('')}</ul>
<p><a class="go-on" href="${escapeHtml(given.next)}">I have kept them. Go on</a></p>`,
  );
}
