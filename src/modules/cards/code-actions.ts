// What staff do with styles, orders and codes: order a batch, print it.
import { z } from 'zod';
import { action, type Core, invalid, phrase, qrPng, type Work } from '../../core/index.ts';
import { codesOf, createBatch, mostCodes } from './batches.ts';
import { codeUrl, gridOf, mustBeReadable, type PrintedCode, type PrintForm, printCodes, printForm } from './sheets.ts';
import { type Look, lookOf, type QrStyle } from './styles.ts';

const printDescription =
  'Size and white border are exact: print at 100 %, without “fit to page”. Sizes that telephones could not read are refused.';

const order = action('QrStyle', {
  name: 'create-batch',
  label: { one: 'Create codes', many: 'Create codes in {count} styles' },
  description: `Makes an order of up to ${mostCodes.toLocaleString('en')} codes in this style. They are made in the background; the order shows how far it is.`,
  permission: 'cards:print',
  icon: 'Grid',
  form: z.object({
    number: z.int().min(1).max(mostCodes).default(100).meta({ label: 'How many codes' }),
    channel: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .default(0)
      .meta({ label: 'Channel', help: 'A number of yours for where they go; clients see it.' }),
    place: z.string().trim().max(200).default('').meta({ label: 'Where they are printed or handed out' }),
  }),
  async preview(style, { form, core }) {
    const number = form.number.toLocaleString('en');
    return {
      summary: `${number} codes in the style “${style.name}” for channel ${form.channel}`,
      image: await sample(core, lookOf(style)),
    };
  },
  async each(style, { work, form }) {
    await createBatch(work, { ordered: form.number, channel: form.channel, place: form.place, styleId: style.id });
    return undefined;
  },
});

async function sample(core: Core, { color, background, level, logoId }: Look): Promise<string> {
  const logo = logoId ? await core.files.bytes(logoId) : undefined;
  const png = await qrPng(codeUrl(core, '0'.repeat(32)), { size: 400, color, background, ecc: level, logo });
  return `data:image/png;base64,${png.toString('base64')}`;
}

async function previewPrint(core: Core, printed: number, look: Look, form: PrintForm, title: string) {
  mustBeReadable(core, look, form.size);
  const { columns, rows } = gridOf(form);
  const sheets = Math.ceil(printed / (columns * rows));
  const codes = printed.toLocaleString('en');
  const pages = sheets.toLocaleString('en');
  const { size } = form;
  const summary =
    form.format === 'pdf'
      ? phrase(
          `${title}: ${codes} codes of ${size} mm on ${pages} A4 ${sheets === 1 ? 'sheet' : 'sheets'}, ${columns} × ${rows} on each`,
        )
      : phrase(`${title}: ${codes} codes of ${size} mm`);
  return { summary, image: await sample(core, look) };
}

const printBatch = action('QrBatch', {
  name: 'download-sheets',
  label: { one: 'Download for printing', many: 'Download {count} orders for printing' },
  description: printDescription,
  permission: 'cards:print',
  icon: 'Printer',
  isLong: true,
  include: { style: true },
  eligible: [{ where: { finishedAt: { not: null } }, otherwise: 'is not finished yet' }],
  form: printForm,
  preview: (batch, { form, core }) =>
    previewPrint(core, batch.made, lookOf(batch.style), form, phrase(`Order ${batch.number}`)),
  async all(batches, { work, form }) {
    async function* codes(): AsyncGenerator<PrintedCode> {
      for await (const batch of batches) {
        const style: QrStyle | null = batch.style;
        for await (const code of codesOf(work.tx, batch.id)) yield { ...code, place: code.place || batch.place, style };
      }
    }
    return printCodes(work, codes(), form, 'qr-codes');
  },
});

const printChosen = action('QrCode', {
  name: 'download-codes',
  label: { one: 'Download for printing', many: 'Download {count} codes for printing' },
  description: printDescription,
  permission: 'cards:print',
  icon: 'Printer',
  include: { style: true },
  form: printForm,
  reading: { chunk: 500 },
  preview: (code, { form, core }) => previewPrint(core, 1, lookOf(code.style), form, code.uniqueId),
  all: async (codes, { work, form }) => printCodes(work, codes, form, 'qr-codes'),
});

const notePlace = action('QrCode', {
  name: 'note-place',
  label: { one: 'Note where it was printed', many: 'Note where {count} codes were printed' },
  permission: 'cards:print',
  icon: 'MapPin',
  inBatches: true,
  form: z.object({ place: z.string().trim().max(200).default('').meta({ label: 'Where' }) }),
  preview: (code, { form }) => ({
    summary: code.uniqueId,
    changes: [{ label: 'Where', from: code.place, to: form.place }],
  }),
  each: (code, { work, form }) => setPlace(work, code.id, form.place),
});

async function setPlace(work: Work, id: string, place: string): Promise<undefined> {
  const { count } = await work.tx.qrCode.updateMany({ where: { id }, data: { place } });
  if (count === 0) throw invalid('This code is gone.');
  return undefined;
}

/** The actions on styles. */
export const styleActions = [order];
/** The actions on orders. */
export const batchActions = [printBatch];
/** The actions on codes. */
export const codeActions = [printChosen, notePlace];
