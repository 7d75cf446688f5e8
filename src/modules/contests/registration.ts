// Registering: one transaction uses up the proof of the phone, writes the participant and stamps when the phone was verified.
import { type Core, invalid, publicActor, StewardError, type Work } from '../../core/index.ts';
import { inLine } from '../../lib/line.ts';
import type { Contest } from './contests.ts';
import { type Person, readPerson } from './person-form.ts';
import { isProven, takeProof } from './verification.ts';
import { say } from './words.ts';

/** Registers whoever has proven the phone. Throws invalid with a sentence for each field at fault. */
export async function register(core: Core, contest: Contest, body: unknown, language: string): Promise<void> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid(say(language, 'body'));
  if (!contest.isOpen) throw invalid(say(language, 'closed'));
  const { person, faults } = readPerson(body as Record<string, unknown>, contest, language);
  const { phone } = person;
  if (phone !== undefined && !(await isProven(core, contest.id, phone)))
    faults.phone = say(language, 'phoneUnverified');
  // Who is registered is told only to whoever has proven the phone.
  else if (phone !== undefined) Object.assign(faults, await taken(core, contest, person, language));
  if (Object.keys(faults).length > 0) throw invalid(Object.values(faults)[0] as string, faults);
  await inLine(`register:${contest.id}:${phone}`, () => write(core, contest, person as Person, language));
}

async function write(core: Core, contest: Contest, person: Person, language: string): Promise<void> {
  const stopped = (faults: Record<string, string>) => invalid(Object.values(faults)[0] as string, faults);
  try {
    await core.transaction(publicActor, async (work) => {
      const verifiedAt = await takeProof(work, contest.id, person.phone);
      if (!verifiedAt) throw stopped({ phone: say(language, 'phoneUnverified') });
      await addParticipant(work, contest.id, person, { verifiedAt, language });
    });
  } catch (error) {
    if (!(error instanceof StewardError) || error.code !== 'conflict') throw error;
    // Somebody with the same address was quicker by a moment.
    const faults = await taken(core, contest, person, language);
    throw Object.keys(faults).length > 0 ? stopped(faults) : error;
  }
}

async function taken(
  core: Core,
  contest: Contest,
  { email, phone }: Partial<Person>,
  language: string,
): Promise<Record<string, string>> {
  const count = (where: object) => core.db.participant.count({ where: { contestId: contest.id, ...where } });
  return {
    ...(email !== undefined && (await count({ email })) > 0 ? { email: say(language, 'emailTaken') } : {}),
    ...(phone !== undefined && (await count({ phone })) > 0 ? { phone: say(language, 'phoneTaken') } : {}),
  };
}

/** Writes a participant and returns the id. Throws conflict for an address or phone that is registered. */
export async function addParticipant(
  work: Work,
  contestId: string,
  person: Person,
  extra: { verifiedAt: Date | null; language: string },
): Promise<{ id: string; number: number }> {
  const data = { ...person, ...extra, contestId, lastFour: person.phone.slice(-4) };
  return work.tx.participant.create({ data, select: { id: true, number: true } });
}
