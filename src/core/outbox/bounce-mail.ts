// Reads the mails in which mail servers say what became of ours: delivery reports (RFC 3464) and complaints (RFC 5965). The only
// room that imports postal-mime. Its rule: anybody can write such a mail, so a report counts only for a message whose id it knows.
import PostalMime, { type Email } from 'postal-mime';
import { type Bounce, bounceSchema } from './bounces.ts';

type Fields = ReadonlyMap<string, string>;

/** So much of a mail is read: the report stands before the mail that it returns. */
export const readBytes = 256 * 1024;

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
const limits = { forceRfc822Attachments: true, maxNestingDepth: 20, maxHeadersSize: 100_000 };

/** Returns what a mail reports of one of our messages; undefined for every other mail, whatever it is. */
export async function readBounceMail(raw: Uint8Array): Promise<Bounce | undefined> {
  const mail = await PostalMime.parse(raw.subarray(0, readBytes), limits).catch(() => undefined);
  const message = mail && messageIdIn(mail);
  if (!message) return undefined;
  const report = complaintIn(mail) ?? bounceIn(mail);
  return report && bounceSchema.parse({ message, ...report });
}

// The return path first: no server changes it. Then the returned mail's own header, then what the report answers to.
function messageIdIn(mail: Email): string | undefined {
  const headers = (names: string[]) => mail.headers.filter(({ key }) => names.includes(key)).map(({ value }) => value);
  for (const to of headers(['to', 'delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to'])) {
    const tag = /\+([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})@/i.exec(to);
    if (tag) return tag.slice(1).join('-').toLowerCase();
  }
  const returned = partsOf(mail, /^(message\/(rfc822|global)|text\/rfc822-headers|message\/global-headers)$/);
  const ids = returned.map((part) => fieldsOf(part.split(/\r?\n\r?\n/, 1)[0] ?? '').get('message-id') ?? '');
  for (const id of [...ids, ...headers(['in-reply-to', 'references'])]) {
    const found = uuid.exec(id)?.[0];
    if (found) return found.toLowerCase();
  }
  return undefined;
}

function complaintIn(mail: Email): Partial<Bounce> | undefined {
  const [report] = partsOf(mail, /^message\/feedback-report$/);
  const type = report && fieldsOf(report).get('feedback-type')?.toLowerCase();
  return type === 'abuse' || type === 'fraud' ? { kind: 'complaint', reason: 'Reported as unwanted.' } : undefined;
}

function bounceIn(mail: Email): Partial<Bounce> | undefined {
  const groups = partsOf(mail, /^message\/(global-)?delivery-status$/).flatMap((part) =>
    part.split(/\r?\n[ \t]*\r?\n/).map(fieldsOf),
  );
  const withAction = (action: string) =>
    groups.find(
      (group) =>
        group
          .get('action')
          ?.split(/[\s(;]/, 1)[0]
          ?.toLowerCase() === action,
    );
  const failed = withAction('failed');
  const group = failed ?? withAction('delayed');
  if (!group) return undefined;
  const diagnosis = (group.get('diagnostic-code') ?? '').replace(/^[\w-]+\s*;\s*/, '');
  const status = mostExact(/\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(group.get('status') ?? '')?.[0], diagnosis);
  const isDead = failed !== undefined && meansDead(status, diagnosis);
  const reason = [diagnosis.includes(status) ? '' : status, diagnosis].join(' ').trim().slice(0, 500);
  return { kind: 'bounce', permanent: isDead, returned: failed !== undefined && !isDead, reason };
}

// Many servers tell x.0.0 in the field and the real code in the words.
function mostExact(status: string | undefined, diagnosis: string): string {
  const said = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(diagnosis)?.[0];
  return !status || /\.0\.0$/.test(status) ? (said ?? status ?? '') : status;
}

/**
 * Tells whether the address itself is dead (RFC 3463, 7505): no such mailbox, domain or route. A full mailbox, a message too large or
 * refused for what it is, and a server that could not be reached for days say nothing against the address.
 */
function meansDead(status: string, diagnosis: string): boolean {
  if (/^5\.1\.(0|1|2|3|4|6|10)$|^5\.2\.1$|^5\.4\.4$/.test(status)) return true;
  const isVague = status === '' || /^5\.(0\.0|5\.0)$/.test(status);
  return (
    isVague &&
    /(user|recipient|mailbox|address|account)\b.{0,40}\b(unknown|not found|does ?n[o']t exist|invalid|disabled)|no such (user|recipient|mailbox|address)|unknown (user|recipient|mailbox|address)/i.test(
      diagnosis,
    )
  );
}

function partsOf(mail: Email, type: RegExp): string[] {
  return mail.attachments
    .filter(({ mimeType }) => type.test(mimeType.toLowerCase()))
    .map(({ content }) => (typeof content === 'string' ? content : new TextDecoder().decode(content)));
}

function fieldsOf(text: string): Fields {
  const fields = new Map<string, string>();
  for (const line of text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const at = line.indexOf(':');
    const name = line.slice(0, Math.max(at, 0)).trim().toLowerCase();
    // The first one counts: what a stranger appends changes nothing.
    if (name && !fields.has(name)) fields.set(name, line.slice(at + 1).trim());
  }
  return fields;
}
