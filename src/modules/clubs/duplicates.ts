// Hints at doubles: clubs that may be the same as one that applies. Only hints: people decide.
import { type Core, phrase, type Row } from '../../core/index.ts';

/** A club that looks like another, and why. */
export interface Duplicate {
  id: string;
  name: string;
  email: string;
  state: Row<'Club'>['state'];
  reasons: string[];
}

interface Found extends Omit<Duplicate, 'reasons'> {
  likeness: number;
  isSameLogo: boolean;
  isSameEvidence: boolean;
  isSameAddress: boolean;
}

const mostShown = 8;

/** Returns the clubs that share the logo or the evidence, have nearly the same name, or an address that differs in signs only. */
export async function duplicatesOf(core: Core, club: Row<'Club'>): Promise<Duplicate[]> {
  const found = await core.db.$queryRaw<Found[]>`
    SELECT c.id, c.name, c.email, c.state::text AS state, similarity(c.name, ${club.name}) AS likeness,
      c.logo = ${club.logo} AS "isSameLogo",
      c.evidence <> '' AND c.evidence = ${club.evidence} AS "isSameEvidence",
      regexp_replace(c.email, '[^a-z0-9@]|\\+[^@]*', '', 'g') = regexp_replace(${club.email}, '[^a-z0-9@]|\\+[^@]*', '', 'g') AS "isSameAddress"
    FROM "Club" c
    WHERE c.id <> ${club.id} AND c.email <> ${club.email}
      AND (c.logo = ${club.logo} OR (c.evidence <> '' AND c.evidence = ${club.evidence})
        OR lower(c.name) = lower(${club.name}) OR similarity(c.name, ${club.name}) > 0.5
        OR regexp_replace(c.email, '[^a-z0-9@]|\\+[^@]*', '', 'g') = regexp_replace(${club.email}, '[^a-z0-9@]|\\+[^@]*', '', 'g'))
    ORDER BY likeness DESC, c.id
    LIMIT ${mostShown}`;
  return found.map(({ id, name, email, state, ...signs }) => ({ id, name, email, state, reasons: reasonsOf(signs) }));
}

function reasonsOf(signs: Omit<Found, 'id' | 'name' | 'email' | 'state'>): string[] {
  const reasons = [
    signs.isSameEvidence && phrase('the same evidence'),
    signs.isSameLogo && phrase('the same logo'),
    signs.isSameAddress && phrase('nearly the same address'),
    signs.likeness > 0.5 && phrase('nearly the same name'),
  ].filter((reason): reason is string => reason !== false);
  return reasons.length > 0 ? reasons : [phrase('the same name')];
}
