// Checking a certificate by its code: anybody may, and learns what stands on it and whether it still counts.
import { type Core, clearAlphabet, type Row } from '../../core/index.ts';
import { writeDay } from './dates.ts';

/** What the public learns of a certificate. */
export interface Verification {
  state: 'valid' | 'revoked' | 'superseded';
  code: string;
  name: string;
  number: string;
  date: string;
  campaign: string;
  organisation: string;
  website: string;
  revokedReason: string | null;
  revokedOn: string | null;
  /** Code of the certificate that took this one's place. */
  replacedBy: string | null;
  /** Addresses below ours; null once it no longer counts. */
  picture: string | null;
  pdf: string | null;
}

/** Writes a code as it is kept: people may type small letters, blanks and dashes. */
export function plainCode(code: string): string | undefined {
  const plain = code.toUpperCase().replace(/[\s-]/g, '');
  return plain.length >= 8 && plain.length <= 32 && [...plain].every((sign) => clearAlphabet.includes(sign))
    ? plain
    : undefined;
}

/** Finds the certificate of a code; undefined when there is none. */
export async function findCertificate(core: Core, code: string) {
  const plain = plainCode(code);
  if (!plain) return undefined;
  const found = await core.db.certificate.findUnique({
    where: { code: plain },
    include: { recipient: { include: { campaign: true } } },
  });
  return found ?? undefined;
}

/** Says whether a certificate counts, was taken back, or was replaced. */
export function stateOf(certificate: Row<'Certificate'>): Verification['state'] {
  if (certificate.revokedAt) return 'revoked';
  return certificate.supersededAt ? 'superseded' : 'valid';
}

/** Tells what stands on the certificate of a code and whether it counts; undefined for an unknown code. */
export async function verifyCode(core: Core, code: string): Promise<Verification | undefined> {
  const found = await findCertificate(core, code);
  if (!found) return undefined;
  const { campaign } = found.recipient;
  const state = stateOf(found);
  const below = `/api/certificates/verify/${found.code}`;
  const day = (date: Date) => date.toISOString().slice(0, 10);
  return {
    state,
    code: found.code,
    name: found.name,
    number: found.number,
    date: writeDay(campaign.dateFormat, found.issuedOn),
    campaign: campaign.title,
    organisation: campaign.organisation,
    website: campaign.website,
    revokedReason: state === 'revoked' ? found.revokedReason : null,
    revokedOn: found.revokedAt ? day(found.revokedAt) : null,
    replacedBy: state === 'superseded' ? await replacementOf(core, found.recipientId) : null,
    picture: state === 'valid' && found.pngId ? `${below}/certificate.png` : null,
    pdf: state === 'valid' && found.pdfId ? `${below}/certificate.pdf` : null,
  };
}

async function replacementOf(core: Core, recipientId: string): Promise<string | null> {
  const next = await core.db.certificate.findFirst({
    where: { recipientId, revokedAt: null, supersededAt: null },
    orderBy: { createdAt: 'desc' },
  });
  return next?.code ?? null;
}
