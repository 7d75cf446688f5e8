// What the module knows about people: who applied for a club and with which papers, who announced an activity, who enrolled.
// The rule: what others rely on stays without the person; what was only about the person goes.
import { blockOperator, personalData, type Row, readPhone, type Searched, sameAddress } from '../../core/index.ts';

const enrolmentData = personalData('ActivityEnrolment', {
  label: 'enrolments in activities',
  keptFor: 'Until the activity is deleted or the person is taken out of it.',
  async find({ phone }, searched) {
    return phone ? { id: { in: await enrolledBy(phone, searched) } } : undefined;
  },
  include: { activity: true },
  export: ({ activity, name, studentId, phone, school, createdAt }) => ({
    activity: activity.name,
    name,
    'student number': studentId,
    phone,
    school,
    'enrolled at': createdAt,
  }),
  fate: 'deleted; the place is free again',
  async erase({ id }, { tx }) {
    await tx.activityEnrolment.deleteMany({ where: { id } });
  },
});

// Kept as people typed it: those that end in the same digits are read as telephone numbers.
async function enrolledBy(phone: string, { core, tx }: Searched): Promise<string[]> {
  const rows = await tx.$queryRaw<Pick<Row<'ActivityEnrolment'>, 'id' | 'phone'>[]>`
    SELECT id, phone FROM "ActivityEnrolment" WHERE right(regexp_replace(phone, '[^0-9]', '', 'g'), 6) = right(${phone}, 6)`;
  return rows.filter((row) => readPhone(row.phone, core.config.sms.country)?.e164 === phone).map(({ id }) => id);
}

const activityData = personalData('Activity', {
  label: 'activities with the address of who announced them',
  keptFor: 'Until the activity is deleted.',
  find: ({ email }) => (email ? { email: sameAddress(email) } : undefined),
  export: ({ name, email, sponsor, enrolWay, detail, startsAt, createdAt }) => ({
    name,
    email,
    sponsor,
    'how to enrol': enrolWay,
    detail,
    'takes place': startsAt,
    'announced at': createdAt,
  }),
  fate: 'kept without the address: others have enrolled in them',
  async erase({ id, approvedValues }, { tx }) {
    const approved = approvedValues ? { approvedValues: { ...(approvedValues as object), email: '' } } : {};
    await tx.activity.updateMany({ where: { id }, data: { email: '', ...approved } });
  },
});

const clubData = personalData('Club', {
  label: 'clubs that applied with this address',
  keptFor:
    'The papers until some days after the decision, as the settings of clubs say; the rest until the person is erased.',
  find: ({ email }) => (email ? { email } : undefined),
  export: ({
    name,
    email,
    info,
    state,
    refusal,
    language,
    appliedAt,
    decidedAt,
    approvedUntil,
    evidenceDeletedAt,
  }) => ({
    name,
    email,
    info,
    state,
    'reason of a refusal': refusal,
    language,
    'applied at': appliedAt,
    'decided at': decidedAt,
    'approved until': approvedUntil,
    'papers deleted at': evidenceDeletedAt,
  }),
  files: ({ logoId, evidenceId }) => [logoId, evidenceId],
  fate: 'deleted with logo and papers, and its account is blocked; one with activities stays as a refused club without address',
  async erase({ id, operatorId }, work) {
    const { tx } = work;
    if (operatorId) await blockOperator(work, operatorId);
    if ((await tx.activity.count({ where: { clubId: id } })) === 0) {
      await tx.club.deleteMany({ where: { id } });
      return;
    }
    const nothing = {
      email: '(erased)',
      info: '',
      refusal: '',
      logo: '',
      logoId: null,
      evidence: '',
      evidenceId: null,
    };
    await tx.club.updateMany({
      where: { id },
      data: { ...nothing, state: 'refused', approvedUntil: null, evidenceDeletedAt: new Date() },
    });
  },
});

/** Enrolments and activities first: they hang on their club. */
export const privacy = [enrolmentData, activityData, clubData];
