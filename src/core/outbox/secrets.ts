// Secrets of a message, for example a personal link: the stored texts have placeholders, the values lie sealed beside them
// and are put in only at the moment of sending. The rule: no secret is ever readable in the database.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { invalid } from '../errors.ts';
import { open, seal } from '../tokens.ts';
import type { RenderedMail } from './templates.ts';
import { escapeHtml } from './templates.ts';

const purpose = 'message-secrets';
const placeholder = /\[\[secret:([A-Za-z]\w{0,40}):([0-9a-f]{16})\]\]/g;
const sealedSchema = z.object({ nonce: z.string(), values: z.record(z.string(), z.string()) });
const hidden = '••••••';

/** Returns placeholders to render instead of the secrets, and the sealed values to keep beside the text. */
export function hideSecrets(
  config: Config,
  secrets: Readonly<Record<string, string>> | undefined,
): { placeholders: Record<string, string>; sealed: string | null } {
  const names = Object.keys(secrets ?? {});
  if (names.length === 0) return { placeholders: {}, sealed: null };
  if (names.some((name) => !/^[A-Za-z]\w{0,40}$/.test(name))) throw invalid('A secret of a mail has a wrong name.');
  // The nonce makes a placeholder that a person's own text cannot imitate.
  const nonce = randomBytes(8).toString('hex');
  return {
    placeholders: Object.fromEntries(names.map((name) => [name, `[[secret:${name}:${nonce}]]`])),
    sealed: seal(config.appKey, purpose, JSON.stringify({ nonce, values: secrets })),
  };
}

/** Puts the secrets into a stored mail, escaped where it is HTML. Throws when a secret is needed and no longer there. */
export function revealSecrets(config: Config, mail: RenderedMail, sealed: string | null): RenderedMail {
  const kept = sealed === null ? undefined : sealedSchema.parse(JSON.parse(open(config.appKey, purpose, sealed)));
  const put = (text: string, written: (value: string) => string) =>
    text.replace(placeholder, (found, name: string, nonce: string) => {
      if (kept && nonce !== kept.nonce) return found;
      const value = kept?.values[name];
      if (value === undefined) throw invalid('The personal link of this message is gone; a new message must be made.');
      return written(value);
    });
  return {
    subject: put(mail.subject, String),
    text: put(mail.text, String),
    html: put(mail.html, escapeHtml),
  };
}

/** Returns the sealed values themselves; none when they are gone. */
export function openSecrets(config: Config, sealed: string | null): Record<string, string> {
  return sealed === null ? {} : sealedSchema.parse(JSON.parse(open(config.appKey, purpose, sealed))).values;
}

/** Returns the mail with dots where its secrets are. */
export function maskSecrets(mail: RenderedMail): RenderedMail {
  const mask = (text: string) => text.replace(placeholder, hidden);
  return { subject: mask(mail.subject), text: mask(mail.text), html: mask(mail.html) };
}
