// Fonts that come as npm packages, so that a machine without any draws every script alike. The rule: `prepareFonts` runs before
// sharp is imported, and no other font is ever seen. The only room that imports fontkit.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The weights that can be drawn. */
export type Weight = 'regular' | 'bold';

/** One family in the order of fallback: Latin, Greek, Cyrillic, Devanagari; Arabic; Chinese and kana; Hangul. */
interface Family {
  name: string;
  /** A file that the package's exports allow to be found. */
  anchor: string;
  files: Record<Weight, string>;
}

const families: readonly Family[] = [
  {
    name: 'Noto Sans',
    anchor: '@expo-google-fonts/noto-sans/package.json',
    files: { regular: '400Regular/NotoSans_400Regular.ttf', bold: '700Bold/NotoSans_700Bold.ttf' },
  },
  {
    name: 'Noto Sans Arabic',
    anchor: '@expo-google-fonts/noto-sans-arabic/package.json',
    files: { regular: '400Regular/NotoSansArabic_400Regular.ttf', bold: '700Bold/NotoSansArabic_700Bold.ttf' },
  },
  {
    name: 'Noto Sans S Chinese',
    anchor: '@embedpdf/fonts-sc',
    files: { regular: '../fonts/NotoSansHans-Regular.otf', bold: '../fonts/NotoSansHans-Bold.otf' },
  },
  {
    name: 'Noto Sans Korean',
    anchor: '@embedpdf/fonts-kr',
    files: { regular: '../fonts/NotoSansKR-Regular.otf', bold: '../fonts/NotoSansKR-Bold.otf' },
  },
];

// Named one by one: to reject all and accept ours makes the fontconfig inside sharp find none at all.
const unused = ['Thin', 'Light', 'DemiLight', 'Medium', 'Black'];

/** The families in the words of Pango, best first. */
export const fontStack = families.map((family) => family.name).join(', ');

const require = createRequire(import.meta.url);
let prepared: string | undefined;

/** Returns the absolute paths of the font files of a weight, in the order of fallback. */
export function fontFiles(weight: Weight): string[] {
  return families.map(({ anchor, files }) => path.join(path.dirname(require.resolve(anchor)), files[weight]));
}

/**
 * Writes a fonts.conf that knows our fonts only and points fontconfig to it; returns its path. The folder keeps the font cache;
 * without one, a temporary folder lives as long as the process. The first call decides.
 */
export function prepareFonts(folder?: string): string {
  if (prepared) return prepared;
  const place = usable(folder) ?? temporary();
  prepared = path.join(place, 'fonts.conf');
  // Written aside and renamed: another instance may be reading it.
  const draft = `${prepared}.${process.pid}`;
  writeFileSync(draft, fontsConf(path.join(place, 'cache')));
  renameSync(draft, prepared);
  process.env.FONTCONFIG_FILE = prepared;
  return prepared;
}

function usable(folder: string | undefined): string | undefined {
  if (!folder) return undefined;
  try {
    mkdirSync(path.join(folder, 'fonts', 'cache'), { recursive: true });
    writeFileSync(path.join(folder, 'fonts', '.writable'), '');
    return path.join(folder, 'fonts');
  } catch {
    return undefined;
  }
}

function temporary(): string {
  const place = mkdtempSync(path.join(tmpdir(), 'steward-fonts-'));
  process.once('exit', () => rmSync(place, { recursive: true, force: true }));
  return place;
}

function fontsConf(cache: string): string {
  const files = [...fontFiles('regular'), ...fontFiles('bold')];
  const folders = [...new Set(files.map((file) => path.dirname(file)))];
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
${folders.map((folder) => `  <dir>${xml(folder)}</dir>`).join('\n')}
  <cachedir>${xml(cache)}</cachedir>
  <selectfont><rejectfont>${unused.map((weight) => `<glob>*-${weight}.otf</glob>`).join('')}</rejectfont></selectfont>
  <config><rescan><int>0</int></rescan></config>
</fontconfig>
`;
}

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** One bit for each code point that the fonts of a weight can draw. */
const coverage = new Map<Weight, Uint8Array>();

function readCoverage(weight: Weight): Uint8Array {
  // Loaded when first needed: most processes never ask.
  const fontkit = require('fontkit') as typeof import('fontkit');
  const bits = new Uint8Array(0x110000 / 8);
  for (const file of fontFiles(weight)) {
    const font = fontkit.openSync(file);
    const sets = 'fonts' in font ? font.fonts : [font];
    for (const { characterSet } of sets) for (const point of characterSet) bits[point >> 3]! |= 1 << (point & 7);
  }
  return bits;
}

/** Returns the characters that our fonts cannot draw, each once; an empty list means the text can be drawn. */
export function missingGlyphs(text: string, weight: Weight = 'regular'): string[] {
  const bits = coverage.get(weight) ?? readCoverage(weight);
  coverage.set(weight, bits);
  const isMissing = (c: string) => {
    const point = c.codePointAt(0)!;
    return (bits[point >> 3]! & (1 << (point & 7))) === 0 && !/[\s\p{Default_Ignorable_Code_Point}]/u.test(c);
  };
  return [...new Set([...text.normalize('NFC')].filter(isMissing))];
}
