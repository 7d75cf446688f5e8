// What our own claim page shows of a link: the campaign, the masked address, how far the certificate is.
import { Answer, type Core } from '../../core/index.ts';
import { findByToken, maskAddress } from './claim.ts';
import { checkRecipient } from './drawing.ts';
import { currentCertificate, type RecipientRow } from './recipient-row.ts';

/** Tells the claim page about a link; undefined when it is unknown, expired or not sent yet. Changes nothing. */
export async function claimStatus(core: Core, token: unknown) {
  const row = await findByToken(core, token);
  if (!row) return undefined;
  const { campaign } = row;
  const certificate = await currentCertificate(core.db, row.id);
  const isMade = certificate !== null && (row.state === 'drawn' || row.state === 'mailed');
  return {
    state: row.state,
    name: row.name,
    email: maskAddress(row.email),
    problem: await problemOf(core, row),
    campaign: campaign.title,
    organisation: campaign.organisation,
    website: campaign.website,
    language: campaign.language,
    certificate: isMade ? { code: certificate.code, name: certificate.name } : null,
  };
}

/** Tells why the last try failed, in a form that the page can say in its own languages; null when it did not. */
async function problemOf(core: Core, row: RecipientRow) {
  if (row.problem === null || row.certificateMessageId) return null;
  if (row.state === 'drawn') return { kind: 'mail', characters: '' };
  const [found] = row.state === 'submitted' ? await checkRecipient(core, row) : [];
  return found?.part === 'name'
    ? { kind: found.kind, characters: found.characters }
    : { kind: 'other', characters: '' };
}

/** Returns the picture of the certificate that a link's holder claimed. */
export async function claimedPicture(core: Core, token: unknown): Promise<Answer | undefined> {
  const row = await findByToken(core, token);
  const certificate = row && (await currentCertificate(core.db, row.id));
  if (!certificate?.pngId) return undefined;
  return new Answer(200, await core.files.bytes(certificate.pngId), {
    'Content-Type': 'image/png',
    'Cache-Control': 'private, no-store',
  });
}
