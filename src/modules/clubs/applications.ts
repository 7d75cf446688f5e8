// Applying as a club. The rule: an address has one open application or club at a time, and an error leaves nothing behind.
import { z } from 'zod';
import { invalid, type Row, type Work } from '../../core/index.ts';
import { email, fileName, someText, text } from './fields.ts';
import { claimUploads } from './uploads.ts';

/** What an application says. */
export const applicationBody = z.object({
  name: someText(45),
  email,
  logo: fileName,
  evidence: fileName,
  info: text(150),
});

/** Keeps an application. Throws invalid naming the field: an unknown picture, an address that an open or approved one uses. */
export async function applyAsClub(
  work: Work,
  given: z.output<typeof applicationBody>,
  language: string,
): Promise<Row<'Club'>> {
  // The index decides, not a look beforehand: of several at once with one address, one gets a row.
  const [club] = await work.tx.club.createManyAndReturn({ data: [{ ...given, language }], skipDuplicates: true });
  if (!club)
    throw invalid('There is an open or approved application with this address.', {
      email: 'is that of an open or approved application',
    });
  const owner = { resource: 'Club', recordId: club.id };
  const { logo, evidence } = await claimUploads(work, owner, { logo: club.logo, evidence: club.evidence });
  await work.audit({ kind: 'create', summary: 'A club applied', ...recordOf(club) });
  return work.tx.club.update({ where: { id: club.id }, data: { logoId: logo, evidenceId: evidence } });
}

/** Returns a club as the record that an audit entry is about. */
export function recordOf({ id, name }: Pick<Row<'Club'>, 'id' | 'name'>) {
  return { resource: 'Club', recordId: id, recordTitle: name };
}

/** Locks a club's row until the end of the transaction and returns it as it is then; null when it is gone. */
export async function lockClub(work: Work, id: string): Promise<Row<'Club'> | null> {
  await work.tx.$queryRaw`SELECT 1 FROM "Club" WHERE id = ${id} FOR UPDATE`;
  return work.tx.club.findUnique({ where: { id } });
}
