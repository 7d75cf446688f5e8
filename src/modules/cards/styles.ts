// How codes are drawn. The rule: dark on light with a contrast that telephones read, and level H as soon as there is a logo.
import { conflict, invalid, type Row, reencodeImage, type SheetPicture, type Work } from '../../core/index.ts';

/** A style's row. */
export type QrStyle = Row<'QrStyle'>;

/** Bytes of a logo. */
export const maxLogoBytes = 2_000_000;

const leastContrast = 4;
const plain = { color: '#000000', background: '#ffffff', level: 'M', logoId: null } as const;

/** How a code is drawn; a code without a style is black on white. */
export type Look = Pick<QrStyle, 'color' | 'background' | 'level' | 'logoId'>;

/** Returns how a code of this style is drawn. */
export function lookOf(style: QrStyle | null): Look {
  return style ?? plain;
}

/** Makes a style. Throws invalid for colours that telephones do not tell apart. */
export async function createStyle(work: Work, values: Partial<QrStyle>): Promise<QrStyle> {
  const { name = '', color = plain.color, background = plain.background, level = plain.level } = values;
  mustContrast(color, background);
  return work.tx.qrStyle.create({ data: { name, color, background, level } });
}

/** Changes a style; codes that are drawn later look so. */
export async function updateStyle(work: Work, style: QrStyle, values: Partial<QrStyle>): Promise<void> {
  const { name, color, background, level } = values;
  mustContrast(color ?? style.color, background ?? style.background);
  await work.tx.qrStyle.update({ where: { id: style.id }, data: { name, color, background, level } });
}

/** Deletes a style that no code has. */
export async function deleteStyle(work: Work, style: QrStyle): Promise<void> {
  const used = await work.tx.qrCode.count({ where: { styleId: style.id } });
  if (used > 0) throw conflict(`This style has ${used} codes; only an unused one can be deleted.`);
  if (style.logoId) await work.core.files.remove(style.logoId, work.tx);
  await work.tx.qrStyle.delete({ where: { id: style.id } });
}

/** Sets the picture in the middle, or takes it away. */
export async function setLogo(work: Work, style: QrStyle, bytes: Buffer | undefined): Promise<QrStyle> {
  if (style.logoId) await work.core.files.remove(style.logoId, work.tx);
  const logoId = bytes ? await keepLogo(work, style.id, bytes) : null;
  return work.tx.qrStyle.update({ where: { id: style.id }, data: { logoId } });
}

async function keepLogo(work: Work, styleId: string, bytes: Buffer): Promise<string> {
  const image = await reencodeImage(bytes, { maxBytes: maxLogoBytes, field: 'file', fit: 512, as: 'png' });
  const owner = { resource: 'QrStyle', recordId: styleId };
  const file = { name: 'logo.png', type: image.type, content: image.bytes, owner };
  return (await work.core.files.keep(file, work.tx)).id;
}

/** Returns a style's logo as sheets take it. */
export function logoOf({ core }: Pick<Work, 'core'>, { logoId }: Look): SheetPicture | undefined {
  return logoId ? { key: logoId, bytes: () => core.files.bytes(logoId) } : undefined;
}

function mustContrast(color: string, background: string): void {
  const [dark, light] = [luminance(color), luminance(background)];
  const contrast = (light + 0.05) / (dark + 0.05);
  if (contrast < leastContrast)
    throw invalid('Telephones could not read these colours: the code must be much darker than its ground.', {
      color: 'must be much darker than the ground',
    });
}

/** Relative luminance (WCAG 2.2). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
