// The own screens of reviewers: an application with its pictures, doubles and history; an activity with what an edit changed.
import { type Core, may, type Row, type Tool } from '../../core/index.ts';
import { differencesOf, valuesOf } from './activity-difference.ts';
import { duplicatesOf } from './duplicates.ts';

const history = {
  number: true,
  name: true,
  info: true,
  state: true,
  refusal: true,
  appliedAt: true,
  decidedAt: true,
  decidedBy: true,
  id: true,
} as const;

/** A club's application, side by side with its logo and evidence. */
export const reviewTool: Tool<'Club'> = {
  label: 'Review',
  component: 'ClubReview',
  opensFirst: true,
  permission: 'clubs:review',
  actions: ['approve-club', 'refuse-club'],
  async load({ row, core }) {
    const [logo, evidence, doubles, earlier, next, waiting] = await Promise.all([
      pictureOf(core, row.logoId),
      pictureOf(core, row.evidenceId),
      duplicatesOf(core, row),
      core.db.club.findMany({
        where: { email: row.email, id: { not: row.id } },
        orderBy: { id: 'desc' },
        select: history,
        take: 20,
      }),
      nextPending(core, row),
      core.db.club.count({ where: { state: 'pending' } }),
    ]);
    return {
      ...applicationOf(row),
      logo,
      evidence,
      duplicates: doubles.map(({ reasons, ...double }) => ({ ...double, reason: reasons.join('; ') })),
      history: earlier,
      next,
      waiting,
    };
  },
  calls: {},
};

function applicationOf(club: Row<'Club'>) {
  const { number, name, email, info, state, refusal, decidedBy, language } = club;
  const { appliedAt, decidedAt, approvedUntil, renewalAskedAt, evidenceDeletedAt } = club;
  return {
    number,
    name,
    email,
    info,
    state,
    refusal,
    decidedBy,
    language,
    appliedAt,
    decidedAt,
    approvedUntil,
    renewalAskedAt,
    evidenceDeletedAt,
  };
}

// Within the answer, not by a link: whoever may load this screen sees the picture, and no address of it exists.
async function pictureOf(core: Core, fileId: string | null): Promise<string | null> {
  if (fileId === null) return null;
  const { type } = await core.files.find(fileId);
  return `data:${type};base64,${(await core.files.bytes(fileId)).toString('base64')}`;
}

async function nextPending(core: Core, { id, appliedAt }: Row<'Club'>): Promise<string | null> {
  const where = { state: 'pending' as const, id: { not: id } };
  const order = { orderBy: { appliedAt: 'asc' }, select: { id: true } } as const;
  const later = await core.db.club.findFirst({ where: { ...where, appliedAt: { gt: appliedAt } }, ...order });
  return (later ?? (await core.db.club.findFirst({ where, ...order })))?.id ?? null;
}

/** An activity as its reviewer reads it: what is new or changed, its pictures, who announced it. */
export const activityReviewTool: Tool<'Activity'> = {
  label: 'Review',
  component: 'ActivityReview',
  opensFirst: true,
  permission: 'clubs:read',
  actions: ['approve-activity', 'reject-activity', 'close-enrolment'],
  async load({ row, core, actor }) {
    const where = { state: 'pending' as const, id: { not: row.id } };
    const [poster, qrcode, club, taken, next] = await Promise.all([
      pictureOf(core, row.posterId),
      pictureOf(core, row.qrcodeId),
      row.clubId ? core.db.club.findUnique({ where: { id: row.clubId }, select: { id: true, name: true } }) : null,
      core.db.activityEnrolment.count({ where: { activityId: row.id } }),
      may(actor, 'clubs:moderate')
        ? core.db.activity.findFirst({ where, orderBy: { number: 'asc' }, select: { id: true } })
        : null,
    ]);
    return {
      number: row.number,
      state: row.state,
      rejection: row.rejection,
      wasApproved: row.approvedValues !== null,
      editedAt: row.editedAt,
      decidedAt: row.decidedAt,
      decidedBy: row.decidedBy,
      values: valuesOf(row),
      differences: differencesOf(row),
      poster,
      qrcode,
      club,
      taken,
      page: row.state === 'approved' ? `/activities/${row.number}` : null,
      next: next?.id ?? null,
    };
  },
  calls: {},
};
