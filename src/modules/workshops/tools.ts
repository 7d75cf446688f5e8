// The own screens: people from a list with a rehearsal, the picture of the links, the plan for the undecided, one person's registrations.
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { invalid, mustAccept, type Row, type Tool, toolCall } from '../../core/index.ts';
import { readList, rehearseList } from './attendee-list.ts';
import { replaceAttendees } from './attendees.ts';
import { warningOfGroups, warningOfLinks } from './conflicts.ts';
import { replaceLinks } from './links.ts';
import { keepPlan, rehearsePlan } from './placing.ts';
import { setRegistrations } from './registering.ts';
import { refusalWords } from './rules.ts';

const manage = 'workshops:manage';
const shown = 300;
const listFile = { field: 'list', maxBytes: 5_000_000 };
const accepted = z.string().max(64).optional();
const listInput = z.object({
  text: z.string().max(2_000_000).default(''),
  removeMissing: z.boolean().default(false),
  accepted,
});

async function listOf(input: z.output<typeof listInput>, file?: { bytes: Buffer }) {
  const bytes = file?.bytes ?? Buffer.from(input.text);
  if (bytes.toString('latin1', 0, 4000).trim() === '')
    throw invalid('Paste a list or choose a file first.', { text: 'is empty' });
  return readList(bytes);
}

/** People from a pasted list, a CSV file or a workbook; first shown, then done. */
export const peopleTool: Tool<'WorkshopEvent'> = {
  label: 'People',
  component: 'WorkshopPeople',
  permission: manage,
  load: async ({ row, core }) => ({ count: await core.db.attendee.count({ where: { eventId: row.id } }) }),
  calls: {
    rehearse: toolCall({
      input: listInput,
      file: listFile,
      async handle({ row, input, file, core, work }) {
        const { counts, lines } = await rehearseList(core, work.tx, row.id, await listOf(input, file), input);
        return { counts, lines: lines.slice(0, shown), more: Math.max(0, lines.length - shown) };
      },
    }),
    apply: toolCall({
      input: listInput,
      file: listFile,
      async handle({ row, input, file, core, work }) {
        const { counts, wanted } = await rehearseList(core, work.tx, row.id, await listOf(input, file), input);
        if (counts.duplicates > 0)
          throw invalid('Some keys come twice. Mend the list first.', { list: 'has keys twice' });
        const groups = new Map(
          wanted.flatMap(({ id, targetGroup }) => (id && targetGroup !== undefined ? [[id, targetGroup]] : [])),
        );
        mustAccept(await warningOfGroups(work, row.id, groups), input.accepted);
        return replaceAttendees(work, row.id, wanted);
      },
    }),
  },
};

const graphOf = async (tx: Parameters<typeof rehearseList>[1], event: Row<'WorkshopEvent'>) => ({
  workshops: (await tx.workshop.findMany({ where: { eventId: event.id }, orderBy: { number: 'asc' } })).map(
    ({ id, number, title, moment, targetGroup }) => ({ id, number, title, moment, targetGroup }),
  ),
  links: (await tx.workshopLink.findMany({ where: { eventId: event.id }, orderBy: { id: 'asc' } })).map(
    ({ firstId, secondId, type }) => ({ firstId, secondId, type }),
  ),
});

/** The links of an event as a picture, to be changed as a whole. */
export const linksTool: Tool<'WorkshopEvent'> = {
  label: 'Links',
  component: 'WorkshopLinks',
  permission: manage,
  load: ({ row, core }) => graphOf(core.db, row),
  calls: {
    save: toolCall({
      input: z.strictObject({
        links: z
          .array(
            z.strictObject({
              firstId: z.string().max(64),
              secondId: z.string().max(64),
              type: z.enum(['inclusive', 'exclusive']),
            }),
          )
          .max(2000),
        accepted,
      }),
      async handle({ row, input, work }) {
        mustAccept(await warningOfLinks(work, row.id, input.links), input.accepted);
        await replaceLinks(work, row.id, input.links);
        return graphOf(work.tx, row);
      },
    }),
  },
};

/** The undecided: a plan is rehearsed and kept; it is applied and taken back as runs. */
export const assignTool: Tool<'WorkshopEvent'> = {
  label: 'Assign the undecided',
  component: 'WorkshopAssign',
  permission: 'workshops:assign',
  load: async ({ row, core }) => {
    const plans = await core.db.workshopPlan.findMany({
      where: { eventId: row.id },
      orderBy: { number: 'desc' },
      take: 10,
    });
    return {
      plans: plans.map(({ id, number, manner, seed, summary, createdAt }) => ({
        id,
        number,
        manner,
        seed,
        summary,
        createdAt,
      })),
    };
  },
  calls: {
    rehearse: toolCall({
      input: z.strictObject({
        manner: z.enum(['preference', 'chance']),
        seed: z.int().min(0).max(2_147_483_646).nullish(),
      }),
      async handle({ row, input, core, work }) {
        const found = await rehearsePlan(core, row.id, {
          manner: input.manner,
          seed: input.seed ?? randomInt(1_000_000),
        });
        const plan = await keepPlan(work, row, found);
        return { planId: plan.id, number: plan.number, seed: plan.seed, summary: found.summary };
      },
    }),
  },
};

/** What one person has and could have; changed as a whole, with a reason. */
export const registrationsTool: Tool<'Attendee'> = {
  label: 'Workshops',
  component: 'AttendeeWorkshops',
  permission: manage,
  load: async ({ row, core }) => {
    // What they have may be for another group since staff changed it: else nobody could take it away here.
    const theirs = { OR: [{ targetGroup: row.targetGroup }, { registrations: { some: { attendeeId: row.id } } }] };
    const where = { eventId: row.eventId, ...theirs };
    const [workshops, own, conflict] = await Promise.all([
      core.db.workshop.findMany({ where, orderBy: { number: 'asc' } }),
      core.db.workshopRegistration.findMany({ where: { attendeeId: row.id }, select: { workshopId: true } }),
      core.db.workshopConflict.findUnique({ where: { attendeeId: row.id } }),
    ]);
    return {
      workshops: workshops.map(({ id, title, moment, limit, taken, held }) => ({
        id,
        title,
        moment,
        left: limit - taken - held,
      })),
      chosen: own.map(({ workshopId }) => workshopId),
      note: conflict && refusalWords(conflict),
    };
  },
  calls: {
    save: toolCall({
      input: z.strictObject({
        workshopIds: z.array(z.string().max(64)).max(200),
        reason: z.string().trim().min(3, 'must say why').max(300),
      }),
      async handle({ row, input, work }) {
        const by = { staff: true, reason: input.reason } as const;
        return { chosen: await setRegistrations(work, row.id, input.workshopIds, { by }) };
      },
    }),
  },
};
