// The pages of signing in and of first set-up, as HTML. Every value is escaped; there is no script.
import { escapeHtml } from '../../lib/escape-html.ts';

/** A sentence above a form: what happened. */
export interface Notice {
  tone: 'good' | 'bad';
  text: string;
}

/** Writes the sign-in page. */
export function signInPage(css: string, given: { next?: string; email?: string; note?: Notice }): string {
  return page(
    css,
    'Sign in',
    `${notice(given.note)}
<form method="post" action="/admin/login">
${given.next ? hidden('next', given.next) : ''}
${field({ name: 'email', label: 'E-mail', type: 'email', autocomplete: 'username', value: given.email, isFirst: !given.email })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', isFirst: Boolean(given.email) })}
<button type="submit">Sign in</button>
</form>
<p class="aside"><a href="/admin/forgot">Forgot your password?</a></p>`,
  );
}

/** Writes the page of a one-time link: with `email` an invited person sets a password, without it the first person sets up Steward. */
export function setUpPage(
  css: string,
  given: { token: string; email?: string; first?: Record<string, string>; note?: Notice },
): string {
  const invited = given.email !== undefined;
  const who = invited
    ? `<p>For <strong>${escapeHtml(given.email ?? '')}</strong>. ${hidden('email', given.email ?? '')}</p>`
    : `${hidden('isFirst', '1')}
${field({ name: 'email', label: 'E-mail', type: 'email', autocomplete: 'username', value: given.first?.email, isFirst: true })}
${field({ name: 'name', label: 'Your name', type: 'text', autocomplete: 'name', value: given.first?.name })}`;
  return page(
    css,
    invited ? 'Set your password' : 'Welcome to Steward',
    `${invited ? '' : '<p>You are the first one here. Choose how you will sign in; you can invite others later.</p>'}
${notice(given.note)}
<form method="post" action="/admin/setup">
${hidden('link', given.token)}
${who}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', help: '12 characters or more. Several unrelated words are easy to remember.', isFirst: invited })}
${field({ name: 'again', label: 'Password again', type: 'password', autocomplete: 'new-password' })}
<button type="submit">${invited ? 'Set password and sign in' : 'Start'}</button>
</form>`,
  );
}

/** Writes the page that asks where to send a link for a new password. */
export function forgottenPage(css: string, given: { email?: string; note?: Notice }): string {
  return page(
    css,
    'Forgot your password?',
    `<p>Type the e-mail address that you sign in with. We send a link that lets you choose a new password.</p>
${notice(given.note)}
<form method="post" action="/admin/forgot">
${field({ name: 'email', label: 'E-mail', type: 'email', autocomplete: 'username', value: given.email, isFirst: true })}
<button type="submit">Send the link</button>
</form>
<p class="aside"><a href="/admin/login">Back to the sign-in page</a></p>`,
  );
}

/** Writes what everybody reads who asked for a link, whether there is such an account or not. */
export function mailIsOnItsWayPage(css: string, given: { email: string }): string {
  return page(
    css,
    'Look into your mailbox',
    `<p>If somebody signs in with <strong>${escapeHtml(given.email)}</strong>, a link is on its way to that address. It works once, for one hour.</p>
<p>Nothing there after a few minutes? Look among the unwanted mail, or ask an administrator.</p>
<p class="aside"><a href="/admin/login">Back to the sign-in page</a></p>`,
  );
}

/** Writes what a used or old link shows. */
export function staleLinkPage(css: string): string {
  return page(
    css,
    'This link is over',
    `<p>It was used already, or it is too old. Ask an administrator for a new one.</p>
<p><a href="/admin/login">Go to the sign-in page</a></p>`,
  );
}

/** Writes a page of this kind. */
export function page(css: string, title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} · Steward</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${escapeHtml(css)}">
</head>
<body>
<main>
<p class="brand">Steward</p>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
</body>
</html>
`;
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
  return `<label for="${name}">${label}</label>
${help ? `<p class="help" id="${name}-help">${help}</p>` : ''}
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" value="${escapeHtml(value)}" required maxlength="200"${described}${isFirst ? ' autofocus' : ''}>`;
}
