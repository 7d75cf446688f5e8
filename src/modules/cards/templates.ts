// What a client draws on a card: a text, or an object of its own. The rule: it is kept exactly as it came, and read only for its
// words and for the files that it names.

/** How many files a card may name. */
export const maxAttachments = 100;
/** Bytes of a card's template as JSON. */
export const maxTemplateBytes = 65_536;

const longestText = 5_000;
const hash = /^[0-9a-f]{64}$/i;

/** A template as it came over the wire. */
export type Template = string | Record<string, unknown>;

/** What a template says. */
export interface TemplateFacts {
  /** For people who look into it. */
  text: string;
  /** SHA-256 of the files, in small letters, each once. */
  hashes: string[];
  /** Whether it names a file by something that is no SHA-256. */
  namesStranger: boolean;
}

/** Reads a template. */
export function readTemplate(template: Template): TemplateFacts {
  const object = typeof template === 'string' ? parsed(template) : template;
  if (!object) return { text: plain(withoutTags(String(template))), hashes: [], namesStranger: false };
  const named = namesIn(object);
  const hashes = [...new Set(named.filter((one) => hash.test(one)).map((one) => one.toLowerCase()))];
  const content = typeof object.content === 'string' ? object.content : '';
  return { text: plain(content), hashes, namesStranger: named.some((one) => !hash.test(one)) };
}

function parsed(text: string): Record<string, unknown> | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function namesIn({ attachments, attachments_hashes }: Record<string, unknown>): string[] {
  const listed = Array.isArray(attachments_hashes) ? attachments_hashes : [];
  const salted = (Array.isArray(attachments) ? attachments : []).map((one: unknown) =>
    typeof one === 'object' && one !== null ? (one as { salt_hash?: unknown }).salt_hash : undefined,
  );
  return [...listed, ...salted].filter((one) => one !== undefined && one !== null && one !== '').map(String);
}

function withoutTags(text: string): string {
  return text.replace(/<[^<>]{0,1000}>/g, ' ');
}

// U+FFFC stands where a picture is.
function plain(text: string): string {
  return text
    .replace(/[\ufffc\u202a-\u202e\u2066-\u2069]|(?![\n\t])\p{Cc}|\p{Surrogate}/gu, '')
    .trim()
    .slice(0, longestText)
    .replace(/[\ud800-\udbff]$/, '');
}
