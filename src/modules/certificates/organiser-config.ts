// The organiser's configuration keys as the wire contract has them: absent, null and empty keep what was.
import { invalid, type Row, type Work } from '../../core/index.ts';
import { changeLayout, updateCampaign } from './campaigns.ts';
import { canvasOf, type Layout, resolveLayout, type StoredLayout, type TextSpot } from './layout.ts';
import { setMailAccount } from './mail-account.ts';

type Given = Readonly<Record<string, unknown>>;
type Part = 'name' | 'number' | 'date';

const positionKeys: Record<Part, [x: string, y: string]> = {
  name: ['name_horizontal_pos', 'name_vertical_pos'],
  number: ['serial_number_horizontal_pos', 'serial_number_vertical_pos'],
  date: ['date_horizontal_pos', 'date_vertical_pos'],
};

/** Applies the keys that say something. Throws `invalid` naming the key that does not fit; then nothing was changed. */
export async function configureCampaign(work: Work, campaign: Row<'Campaign'>, given: Given): Promise<void> {
  const name = textOf(given, 'name', 200);
  const website = textOf(given, 'website', 500);
  if (name !== undefined || website !== undefined) {
    await updateCampaign(work, campaign.id, { organisation: name, website });
    await work.audit({
      kind: 'update',
      resource: 'Campaign',
      recordId: campaign.id,
      recordTitle: campaign.title,
      summary: 'The organiser changed name or website',
      before: { organisation: campaign.organisation, website: campaign.website },
      after: { organisation: name ?? campaign.organisation, website: website ?? campaign.website },
    });
  }
  await placeTexts(work, campaign, given);
  await setMailAccount(work, campaign, {
    host: textOf(given, 'server_address', 253),
    port: numberOf(given, 'smtp_port', 1, 65535),
    tls: flagOf(given, 'smtp_ssl'),
    username: textOf(given, 'username', 254),
    password: textOf(given, 'password', 500),
    pauseSeconds: pauseOf(given),
  });
}

async function placeTexts(work: Work, campaign: Row<'Campaign'>, given: Given): Promise<void> {
  const parts = (Object.keys(positionKeys) as Part[]).filter((part) =>
    positionKeys[part].some((key) => isSaid(given[key])),
  );
  if (parts.length === 0) return;
  await changeLayout(work, campaign.id, (kept, now) => {
    const layout = resolveLayout(now.layout, now.templateId !== null);
    const moved: Partial<Layout> = {};
    for (const part of parts) {
      const spot = moveText(part, given, layout, kept, now);
      if (part === 'name') moved.name = spot ?? layout.name;
      else moved[part] = spot;
    }
    return moved;
  });
}

/** Returns the place that the keys ask for; null hides the text. */
function moveText(
  part: Part,
  given: Given,
  layout: Layout,
  kept: StoredLayout,
  campaign: Row<'Campaign'>,
): TextSpot | null {
  const canvas = canvasOf(campaign.layout);
  const [xKey, yKey] = positionKeys[part];
  const x = numberOf(given, xKey, -1_000_000, canvas.width);
  const y = numberOf(given, yKey, -1_000_000, canvas.height);
  const before = layout[part] ?? kept[part] ?? wireSpot(part, canvas.width);
  // The old front end sends 0 for the name whenever its field was left empty, so 0 keeps what was there.
  if (part === 'name') return { ...before, x: x && x > 0 ? x : before.x, y: y && y > 0 ? y : before.y };
  if (x !== undefined && x <= 0) return null;
  if (x === undefined && !layout[part]) return null;
  return { ...before, x: x ?? before.x, y: Math.max(0, y ?? before.y) };
}

/** The original's sizes, for a picture 750 pixels wide: number 35, date 28, both with their left end at the position. */
function wireSpot(part: Part, width: number): TextSpot {
  const size = Math.max(8, Math.round(((part === 'number' ? 35 : 28) * width) / 750));
  return { x: 0, y: 0, size, bold: false, color: '#000000', align: 'left', maxWidth: width };
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function wrong(key: string, rule: string): never {
  throw invalid(`${key} ${rule}.`, { [key]: rule });
}

function textOf(given: Given, key: string, maxLength: number): string | undefined {
  const value = given[key];
  if (!isSaid(value)) return undefined;
  if (typeof value !== 'string') return wrong(key, 'must be text');
  const text = key === 'password' ? value : value.trim();
  if (text.length > maxLength || /[\p{Cc}\p{Cs}]/u.test(text))
    return wrong(key, 'is too long or has control characters');
  return text || undefined;
}

function numberOf(given: Given, key: string, least: number, most: number): number | undefined {
  const value = given[key];
  if (!isSaid(value)) return undefined;
  const number = typeof value === 'string' && /^\s*-?\d{1,7}\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) return wrong(key, 'must be a whole number');
  if (number < least || number > most) return wrong(key, `must be from ${Math.max(0, least)} to ${most}`);
  return number;
}

function flagOf(given: Given, key: string): boolean | undefined {
  const value = given[key];
  if (!isSaid(value)) return undefined;
  if (value === true || value === 'true' || value === 1 || value === '1') return true;
  if (value === false || value === 'false' || value === 0 || value === '0') return false;
  return wrong(key, 'must be true or false');
}

/** The original pauses for a random time between two bounds; ours keeps the mean of those that are said. */
function pauseOf(given: Given): number | undefined {
  const bounds = ['min_second', 'max_second'].flatMap((key) => {
    const value = given[key];
    if (!isSaid(value)) return [];
    const seconds = typeof value === 'string' && /^\s*\d{1,5}(\.\d{1,3})?\s*$/.test(value) ? Number(value) : value;
    if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0 || seconds > 3600)
      return wrong(key, 'must be seconds from 0 to 3600');
    return [seconds];
  });
  return bounds.length === 0 ? undefined : bounds.reduce((sum, one) => sum + one, 0) / bounds.length;
}
