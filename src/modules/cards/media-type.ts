// What a sound or a film is, by its first bytes. The rule: the declared type must be of the same family, and what is known to
// nobody here is refused; a page or a script can never pass for a film.

/** A sound or film that browsers play. */
export interface Media {
  kind: 'audio' | 'video';
  mediaType: string;
}

const latin = (bytes: Uint8Array, from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('latin1');

/** Returns what the bytes are; undefined for what is not among the known kinds or says it is something else. */
export function readMedia(bytes: Uint8Array, declared: string): Media | undefined {
  const family = /^(audio|video)\//.exec(declared.toLowerCase())?.[1];
  // Programs that do not know send no type of their own.
  const isSilent = declared === '' || declared === 'application/octet-stream';
  if (!family && !isSilent) return undefined;
  const found = bySignature(bytes, family === 'audio');
  return found && (isSilent || found.kind === family) ? found : undefined;
}

// Ogg, WebM and MP4 carry either; which one is meant is said by who sends it.
function bySignature(bytes: Uint8Array, isMeantAsAudio: boolean): Media | undefined {
  const head = latin(bytes, 0, 16);
  const either = (name: string): Media =>
    isMeantAsAudio ? { kind: 'audio', mediaType: `audio/${name}` } : { kind: 'video', mediaType: `video/${name}` };
  if (head.startsWith('ID3') || isMpegFrame(bytes)) return { kind: 'audio', mediaType: 'audio/mpeg' };
  if (isAdtsFrame(bytes)) return { kind: 'audio', mediaType: 'audio/aac' };
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WAVE') return { kind: 'audio', mediaType: 'audio/wav' };
  if (head.startsWith('fLaC')) return { kind: 'audio', mediaType: 'audio/flac' };
  if (head.startsWith('#!AMR')) return { kind: 'audio', mediaType: 'audio/amr' };
  if (head.startsWith('caff')) return { kind: 'audio', mediaType: 'audio/x-caf' };
  if (head.startsWith('OggS')) return either('ogg');
  if (head.startsWith('\x1a\x45\xdf\xa3') && latin(bytes, 0, 64).includes('webm')) return either('webm');
  if (head.slice(4, 8) !== 'ftyp') return undefined;
  const brand = head.slice(8, 12);
  if (/^M4[AB] /.test(brand)) return { kind: 'audio', mediaType: 'audio/mp4' };
  return /^(isom|iso[2-9]|mp4[12]|avc1|M4V |qt {2}|MSNV|dash|3g[pg2].)$/.test(brand) ? either('mp4') : undefined;
}

// Layer III, a bit rate and a sampling rate that exist (ISO/IEC 11172-3, 2.4.2.3).
function isMpegFrame([first = 0, second = 0, third = 0]: Uint8Array): boolean {
  const [rate, sampling] = [third >> 4, (third >> 2) & 3];
  return first === 0xff && (second & 0xe6) === 0xe2 && rate > 0 && rate < 15 && sampling < 3;
}

// Syncword of 12 bits and layer 0 (ISO/IEC 13818-7, 6.2).
function isAdtsFrame([first = 0, second = 0, third = 0]: Uint8Array): boolean {
  return first === 0xff && (second & 0xf6) === 0xf0 && ((third >> 2) & 15) < 13;
}
