// Drawing a certificate: name, number, date and QR code on the campaign's picture, as PNG and PDF. What cannot be drawn is said, never boxed.
import {
  type Core,
  compose,
  drawText,
  imagePdf,
  invalid,
  measureText,
  missingGlyphs,
  type Overlay,
  placeText,
  qrPng,
  type Row,
  type Template,
} from '../../core/index.ts';
import { writeDay } from './dates.ts';
import { type Canvas, canvasOf, type Layout, resolveLayout, roomFor, type TextSpot } from './layout.ts';
import { plainTemplate } from './plain-template.ts';
import type { RecipientRow } from './recipient-row.ts';
import { verifyUrl } from './verify-url.ts';

/** What is written on one certificate. */
export interface Written {
  name: string;
  number: string;
  date: string;
  verifyUrl: string;
}

type Part = 'name' | 'number' | 'date';
const parts: readonly Part[] = ['name', 'number', 'date'];
/** A line is made smaller down to this share of its size; below that it counts as not fitting. */
const smallest = 0.4;

/** Returns the campaign's picture: the uploaded one, or the plain one. */
export function templateOf(core: Core, campaign: Row<'Campaign'>): Template {
  const { templateId } = campaign;
  if (!templateId) return plainTemplate(campaign);
  const bytes = () =>
    core.files.bytes(templateId).catch((error) => {
      throw invalid('The picture of this campaign cannot be read; please upload it again.', {}, error);
    });
  return { key: `file:${templateId}`, bytes };
}

/** Draws the certificate of a recipient. Throws `invalid` with the reason when a text cannot be drawn or does not fit. */
export async function drawFor(
  core: Core,
  row: RecipientRow,
  given: { code: string; issuedOn: Date },
): Promise<{ png: Buffer; pdf: Buffer }> {
  const { campaign } = row;
  const written = {
    name: row.name,
    number: row.number,
    date: writeDay(campaign.dateFormat, given.issuedOn),
    verifyUrl: verifyUrl(core, given.code),
  };
  const layout = resolveLayout(campaign.layout, campaign.templateId !== null);
  const canvas = canvasOf(campaign.layout);
  const problems = (await textProblems(layout, canvas, written)).map(problemInWords);
  if (problems.length > 0) throw invalid(`${problems.join('; ')}.`, { name: problems.join('; ') });
  const template = templateOf(core, campaign);
  const overlays = await overlaysOf(layout, canvas, written);
  const [picture, pdf] = await Promise.all([
    compose(template, overlays),
    imagePdf({
      template,
      overlays,
      title: `${campaign.title} · ${row.name}`,
      author: campaign.organisation,
      subject: written.verifyUrl,
      language: campaign.language,
    }),
  ]);
  return { png: picture.bytes, pdf };
}

/** What stands where on the picture, in its pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Draws a sample as a PNG no wider than `width`, for looking at; texts that do not fit are drawn at their smallest. */
export async function drawSample(
  core: Core,
  campaign: Row<'Campaign'>,
  layout: Layout,
  written: Written,
  width: number,
): Promise<{ png: Buffer; boxes: Partial<Record<Part | 'qr', Box>> }> {
  const overlays = await overlaysOf(layout, canvasOf(campaign.layout), written);
  const { bytes } = await compose(templateOf(core, campaign), overlays, { width });
  const boxes = Object.fromEntries(
    overlays.map(({ part, left, top, width, height }) => [part, { left, top, width, height }]),
  );
  return { png: bytes, boxes };
}

type PlacedOverlay = Overlay & Box & { part: Part | 'qr' };

async function overlaysOf(layout: Layout, canvas: Canvas, written: Written): Promise<PlacedOverlay[]> {
  const overlays: PlacedOverlay[] = [];
  for (const part of parts) {
    const spot = layout[part];
    if (!spot || !written[part]) continue;
    const drawn = await drawText(written[part], styleOf(spot, canvas));
    const { bytes, width, height } = drawn;
    overlays.push({ part, bytes, width, height, ...placeText(drawn, spot) });
  }
  if (layout.qr) {
    const { x, y, size } = layout.qr;
    // A quiet zone of 3 modules, not 4: whole pixels a module leave more of it in most sizes, and larger modules scan better.
    const bytes = await qrPng(written.verifyUrl, { size, ecc: 'M', margin: 3 });
    overlays.push({ part: 'qr', bytes, left: x, top: y, width: size, height: size });
  }
  return overlays;
}

function styleOf(spot: TextSpot, canvas: Canvas) {
  return {
    size: spot.size,
    color: spot.color,
    weight: spot.bold ? ('bold' as const) : ('regular' as const),
    maxWidth: roomFor(spot, canvas),
    minSize: Math.max(5, spot.size * smallest),
  };
}

/** Why a text cannot stand on the picture. */
export interface TextProblem {
  part: Part;
  kind: 'characters' | 'length';
  /** The characters that no font of ours has, with blanks between. */
  characters: string;
}

/** Says what cannot be drawn or does not fit; empty when all is well. */
export async function textProblems(layout: Layout, canvas: Canvas, written: Written): Promise<TextProblem[]> {
  const problems: TextProblem[] = [];
  for (const part of parts) {
    const spot = layout[part];
    if (!spot || !written[part]) continue;
    const style = styleOf(spot, canvas);
    const missing = missingGlyphs(written[part], style.weight).slice(0, 10);
    if (missing.length > 0) problems.push({ part, kind: 'characters', characters: missing.join(' ') });
    else if (!(await measureText(written[part], style)).fits) problems.push({ part, kind: 'length', characters: '' });
  }
  return problems;
}

/** Writes a problem as a sentence without its full stop. */
export function problemInWords({ part, kind, characters }: TextProblem): string {
  return kind === 'characters'
    ? `The ${part} has characters that cannot be drawn: ${characters}`
    : `The ${part} is too long for its place on the picture, even in small letters`;
}

/** Says what cannot be drawn of a recipient as listed, before anything is sent. */
export async function checkRecipient(core: Core, row: RecipientRow): Promise<TextProblem[]> {
  const layout = resolveLayout(row.campaign.layout, row.campaign.templateId !== null);
  const written = { name: row.name, number: row.number, date: '', verifyUrl: core.config.publicUrl };
  return textProblems(layout, canvasOf(row.campaign.layout), written);
}
