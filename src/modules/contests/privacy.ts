// What the module knows about people: who registered, proved a telephone, was handed over to an operator, won. All of it goes when somebody asks.
import { personalData, sameAddress } from '../../core/index.ts';
import { dayInWords } from './person-form.ts';

const untilDeleted = 'Until staff delete the participant.';

const winnerData = personalData('Winner', {
  label: 'prizes',
  keptFor: untilDeleted,
  find: ({ email, phone }) => ({ participant: { OR: [...(email ? [{ email }] : []), ...(phone ? [{ phone }] : [])] } }),
  include: { contest: true },
  export: ({ contest, number, prize, source, createdAt }) => ({
    contest: contest.title,
    number,
    prize,
    'given by': source,
    'given at': createdAt,
  }),
  fate: 'deleted; the public list of winners then has them no more',
  async erase({ id }, { tx }) {
    await tx.winner.deleteMany({ where: { id } });
  },
});

const handOverData = personalData('HandOver', {
  label: 'tries to hand data over to an operator',
  keptFor: untilDeleted,
  find: ({ email, phone }) => ({
    OR: [...(email ? [{ email }, { participant: { email } }] : []), ...(phone ? [{ participant: { phone } }] : [])],
  }),
  export: ({ email, result, httpStatus, wholeResponse, at }) => ({
    email,
    result,
    httpStatus,
    answer: wholeResponse,
    at,
  }),
  fate: 'deleted; what the operator has is the operator’s, who must be asked too',
  async erase({ id }, { tx }) {
    await tx.handOver.deleteMany({ where: { id } });
  },
});

const verificationData = personalData('PhoneVerification', {
  label: 'telephones on their way to be proven',
  keptFor: 'A day after the code or the proof is over.',
  find: ({ phone }) => (phone ? { phone } : undefined),
  include: { contest: true },
  export: ({ contest, phone, tries, expiresAt, verifiedAt, createdAt }) => ({
    contest: contest.title,
    phone,
    tries,
    'asked at': createdAt,
    'code good until': expiresAt,
    'proven at': verifiedAt,
  }),
  fate: 'deleted',
  async erase({ id }, { tx }) {
    await tx.phoneVerification.deleteMany({ where: { id } });
  },
});

const participantData = personalData('Participant', {
  label: 'participants of contests',
  keptFor: untilDeleted,
  find: ({ email, phone }) => ({ OR: [...(email ? [{ email }] : []), ...(phone ? [{ phone }] : [])] }),
  also: ({ email, phone }) => ({ email, phone }),
  include: { contest: true, entries: { include: { draw: true } } },
  export: (row) => ({
    contest: row.contest.title,
    number: row.number,
    'first name': row.firstName,
    'family name': row.secondName,
    patronymic: row.patronymic,
    birthday: dayInWords(row.birthday),
    district: row.districtId,
    address: row.address,
    email: row.email,
    phone: row.phone,
    language: row.language,
    'registered at': row.createdAt,
    'phone proven at': row.verifiedAt,
    'handed over at': row.handedOverAt,
    'told the results at': row.toldAt,
    'why not told': row.noticeProblem,
    draws: row.entries.map(({ draw, code, place, prize, reason }) => ({
      draw: draw.title,
      entry: code,
      place,
      prize,
      reason,
    })),
  }),
  fate: 'deleted with prize and operator log; their entries in draws stay as random names, so that the draw can still be checked',
  async erase({ id, contestId, phone }, { tx }) {
    await tx.winner.deleteMany({ where: { participantId: id } });
    await tx.phoneVerification.deleteMany({ where: { contestId, phone } });
    // Why a prize was forfeited may say something about the person.
    await tx.drawEntry.updateMany({
      where: { participantId: id, reason: { not: null } },
      data: { reason: '(erased)' },
    });
    await tx.participant.deleteMany({ where: { id } });
  },
});

const sendingData = personalData('TestSending', {
  label: 'sendings that the stand-in for an operator took',
  keptFor: 'Until staff delete them; they exist in development only.',
  find: ({ email, phone }) => ({
    OR: [...(email ? [{ email: sameAddress(email) }] : []), ...(phone ? [{ phone }] : [])],
  }),
  export: ({ number, signature: _signature, id: _id, ...told }) => ({ number, ...told }),
  fate: 'deleted',
  async erase({ id }, { tx }) {
    await tx.testSending.deleteMany({ where: { id } });
  },
});

/** Prizes and operator log first: they hang on their participant. */
export const privacy = [winnerData, handOverData, verificationData, participantData, sendingData];
