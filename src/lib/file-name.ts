// File names that every system can keep and every browser can read. Names from people are never paths.

const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Makes a plain file name of any text: no path, no control or direction characters, 120 characters at most, its extension kept. */
export function safeFileName(name: string, fallback = 'file'): string {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Surrogate}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[\\/:*?"<>|]+/g, '-')
    .replace(/\s+/g, ' ')
    .replace(/^[.\s-]+|[.\s]+$/g, '');
  const [, stem = '', extension = ''] = /^(.*?)(\.[A-Za-z0-9]{1,8})?$/su.exec(plain) ?? [];
  const short = [...stem]
    .slice(0, 120 - extension.length)
    .join('')
    .trim();
  if (short === '') return fallback + extension;
  return reserved.test(short) ? `_${short}${extension}` : short + extension;
}

/** Returns the name, numbered when it was taken already: "a.png", "a (2).png". Letter case does not count. */
export function uniqueName(name: string, taken: Set<string>): string {
  const [, stem = name, extension = ''] = /^(.+?)(\.[^.]+)?$/su.exec(name) ?? [];
  let candidate = name;
  for (let n = 2; taken.has(candidate.toLowerCase()); n += 1) candidate = `${stem} (${n})${extension}`;
  taken.add(candidate.toLowerCase());
  return candidate;
}

/** Writes a Content-Disposition header with a plain and a full name (RFC 6266, RFC 8187). */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const safe = safeFileName(name);
  const ascii = safe
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/g, '_')
    .replace(/["\\%;]/g, '_');
  const full = encodeURIComponent(safe).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${full}`;
}
