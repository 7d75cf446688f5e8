// The own screens of a campaign: the design of its picture, adding recipients with a rehearsal, the organiser's key.
import { z } from 'zod';
import { type Core, invalid, type Row, readText, type Tool, toolCall } from '../../core/index.ts';
import {
  maxPictureBytes,
  newOrganiserKey,
  organiserKeys,
  removeTemplate,
  saveLayout,
  setTemplate,
} from './campaigns.ts';
import { dayIn, writeDay } from './dates.ts';
import { drawSample, problemInWords, textProblems, type Written } from './drawing.ts';
import { canvasOf, layoutSchema, resolveLayout } from './layout.ts';
import { addRecipients, rehearseRecipients } from './recipients.ts';
import { readPeople, type SkippedLine } from './recipients-list.ts';
import { verifyUrl } from './verify-url.ts';

const previewWidth = 1400;
const dateFormat = z.string().trim().min(1, 'is missing').max(40).regex(/D/, 'must say where the day stands: D or DD');
const sample = z.object({
  name: z.string().max(400).default(''),
  number: z.string().max(60).default(''),
});

function designOf(campaign: Row<'Campaign'>) {
  return {
    canvas: canvasOf(campaign.layout),
    layout: resolveLayout(campaign.layout, campaign.templateId !== null),
    hasTemplate: campaign.templateId !== null,
    dateFormat: campaign.dateFormat,
  };
}

function writtenSample(core: Core, given: z.output<typeof sample>, format: string): Written {
  return {
    name: given.name.trim() || '王小明 Ada Lovelace',
    number: given.number.trim() || 'A-0042',
    date: writeDay(format, dayIn(core.config.timeZone, new Date())),
    verifyUrl: verifyUrl(core, '7FKM4TRAH9QDPX3W'),
  };
}

/** Where things stand on the picture, with a live preview. */
export const designTool: Tool<'Campaign'> = {
  label: 'Design',
  component: 'CertificateDesign',
  permission: 'certificates:manage',
  load: async ({ row, core }) => {
    const longest = await core.db.recipient.findFirst({
      where: { campaignId: row.id, name: { not: '' } },
      orderBy: { updatedAt: 'desc' },
    });
    return { ...designOf(row), sample: { name: longest?.name ?? '', number: longest?.number ?? '' } };
  },
  calls: {
    preview: toolCall({
      input: z.object({ layout: layoutSchema, dateFormat: dateFormat.catch('YYYY-MM-DD'), sample }),
      async handle({ row, input, core }) {
        const written = writtenSample(core, input.sample, input.dateFormat);
        const problems = await textProblems(input.layout, canvasOf(row.layout), written);
        const { png, boxes } = await drawSample(core, row, input.layout, written, previewWidth);
        const image = `data:image/png;base64,${png.toString('base64')}`;
        return { image, boxes, problems: problems.map((problem) => `${problemInWords(problem)}.`) };
      },
    }),
    save: toolCall({
      input: z.object({ layout: layoutSchema, dateFormat }),
      handle: async ({ row, input, work }) => designOf(await saveLayout(work, row.id, input.layout, input.dateFormat)),
    }),
    upload: toolCall({
      input: z.object({}),
      file: { field: 'template', maxBytes: maxPictureBytes },
      async handle({ row, file, work }) {
        if (!file) throw invalid('Choose a picture first.', { template: 'is missing' });
        return designOf(await setTemplate(work, row.id, file.bytes));
      },
    }),
    plain: toolCall({
      input: z.object({}),
      handle: async ({ row, work }) => designOf(await removeTemplate(work, row.id)),
    }),
  },
};

const listed = 200;
const listInput = z.object({ text: z.string().max(2_000_000).default('') });

function listOf(input: z.output<typeof listInput>, file?: { bytes: Buffer }) {
  const text = file ? readText(file.bytes) : input.text;
  if (!text.trim()) throw invalid('Paste a list or choose a file first.', { text: 'is empty' });
  return readPeople(text);
}

function told(people: { line: number; email: string; number: string; name: string }[], skipped: SkippedLine[]) {
  const count = (kind: SkippedLine['kind']) => skipped.filter((line) => line.kind === kind).length;
  return {
    fresh: people.length,
    repeated: count('repeated'),
    malformed: count('malformed'),
    people: people.slice(0, listed),
    skipped: skipped.filter(({ kind }) => kind !== 'blank').slice(0, listed),
  };
}

/** Adds people from a pasted list or a CSV file; the rehearsal shows first what each line would do. */
export const recipientsTool: Tool<'Campaign'> = {
  label: 'Add recipients',
  component: 'CertificateRecipients',
  permission: 'certificates:manage',
  load: async ({ row, core }) => ({ count: await core.db.recipient.count({ where: { campaignId: row.id } }) }),
  calls: {
    rehearse: toolCall({
      input: listInput,
      file: { field: 'list', maxBytes: 5_000_000 },
      async handle({ row, input, file, work }) {
        const { people, skipped } = await rehearseRecipients(work.tx, row.id, listOf(input, file));
        return told(people, skipped);
      },
    }),
    add: toolCall({
      input: listInput,
      file: { field: 'list', maxBytes: 5_000_000 },
      async handle({ row, input, file, work }) {
        const { added, skipped } = await addRecipients(work, row.id, listOf(input, file));
        return { added, ...told([], skipped) };
      },
    }),
  },
};

/** The key with which the organiser's programs call the API; shown once. */
export const organiserKeyTool: Tool<'Campaign'> = {
  label: 'Organiser’s key',
  component: 'CertificateOrganiserKey',
  permission: 'certificates:organise',
  load: async ({ row, core }) => {
    const [key] = await organiserKeys({ tx: core.db }, row.id);
    return { current: key ? { hint: key.hint, createdAt: key.createdAt, lastUsedAt: key.lastUsedAt } : null };
  },
  calls: {
    create: toolCall({
      input: z.object({}),
      handle: async ({ row, work }) => ({ key: (await newOrganiserKey(work, row.id)).key }),
    }),
  },
};
