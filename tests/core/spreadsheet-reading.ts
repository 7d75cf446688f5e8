// Reading a workbook back as strictly as Excel would: the ZIP by its central directory, each part by its relation, each cell by its type.
import { inflateRawSync } from 'node:zlib';

/** A cell as found: its value by its type, and the number of its style. */
export interface FoundCell {
  value: string | number | boolean;
  style: number;
}

/** A sheet as found, its cells by address such as B2. */
export interface FoundSheet {
  name: string;
  rows: number;
  cells: Map<string, FoundCell>;
  xml: string;
}

/** Returns the parts of a package by path. Throws for what is packed twice or with a wrong checksum's length. */
export function unzip(zip: Buffer): Map<string, string> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  let at = zip.readUInt32LE(end + 16);
  const parts = new Map<string, string>();
  for (let n = zip.readUInt16LE(end + 10); n > 0; n -= 1) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error('The central directory is broken.');
    const [size, plainSize] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 24)];
    const nameLength = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = inflateRawSync(zip.subarray(start, start + size));
    if (bytes.length !== plainSize) throw new Error(`${name} has another size than the directory says.`);
    if (parts.has(name)) throw new Error(`${name} is there twice.`);
    parts.set(name, bytes.toString('utf8'));
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return parts;
}

/** Reads every sheet of a workbook in its order. Throws where a part, a type or a relation is missing, where XML is not well formed, or a formula is found. */
export function readWorkbook(zip: Buffer): FoundSheet[] {
  const parts = unzip(zip);
  for (const [path, xml] of parts) mustBeWellFormed(path, xml);
  const part = (path: string) => {
    const xml = parts.get(path);
    if (xml === undefined) throw new Error(`${path} is missing.`);
    return xml;
  };
  const types = part('[Content_Types].xml');
  const workbook = part('xl/workbook.xml');
  const relations = part('xl/_rels/workbook.xml.rels');
  const styles = [...part('xl/styles.xml').matchAll(/<xf /g)].length - 1;
  if (!part('_rels/.rels').includes('Target="xl/workbook.xml"')) throw new Error('Nothing leads to the workbook.');
  return [...workbook.matchAll(/<sheet name="([^"]*)" sheetId="(\d+)" r:id="(rId\d+)"\/>/g)].map((match) => {
    const [, name = '', , id = ''] = match;
    const target = new RegExp(`Id="${id}" Type="[^"]*/worksheet" Target="([^"]+)"`).exec(relations)?.[1];
    if (!target) throw new Error(`The sheet ${name} leads nowhere.`);
    if (!types.includes(`PartName="/xl/${target}"`)) throw new Error(`The sheet ${name} has no type.`);
    return { name: plain(name), ...readSheet(part(`xl/${target}`), styles) };
  });
}

function readSheet(xml: string, styles: number): Omit<FoundSheet, 'name'> {
  if (/<f[ >]/.test(xml)) throw new Error('There is a formula.');
  const cells = new Map<string, FoundCell>();
  let rows = 0;
  for (const [, number, inner = ''] of xml.matchAll(/<row r="(\d+)">(.*?)<\/row>/gs)) {
    if (Number(number) !== rows + 1) throw new Error(`Row ${number} comes after row ${rows}.`);
    rows += 1;
    for (const [, at = '', style = '0', type, body = ''] of inner.matchAll(
      /<c r="([A-Z]+\d+)"(?: s="(\d)")?(?: t="(\w+)")?>(.*?)<\/c>/gs,
    )) {
      if (cells.has(at) || !at.endsWith(String(number))) throw new Error(`The cell ${at} is in the wrong place.`);
      if (Number(style) >= styles) throw new Error(`The cell ${at} has an unknown style.`);
      cells.set(at, { value: cellValue(type, body), style: Number(style) });
    }
  }
  return { rows, cells, xml };
}

function cellValue(type: string | undefined, body: string): FoundCell['value'] {
  if (type === 'inlineStr') {
    const text = /^<is><t xml:space="preserve">(.*)<\/t><\/is>$/s.exec(body)?.[1];
    if (text === undefined || text.includes('<')) throw new Error(`This is no inline string: ${body}`);
    return plain(text);
  }
  const value = /^<v>([^<]*)<\/v>$/.exec(body)?.[1];
  if (value === undefined) throw new Error(`This is no value: ${body}`);
  if (type === 'b') return value === '1';
  if (type !== undefined || !Number.isFinite(Number(value))) throw new Error(`This is no number: ${body}`);
  return Number(value);
}

function plain(text: string): string {
  return text
    .replace(/&(amp|lt|gt|quot);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] as string)
    .replace(/_x([\dA-F]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

function mustBeWellFormed(path: string, xml: string): void {
  const open: string[] = [];
  const tags = /<\?xml[^>]*\?>|<(\/?)([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>/g;
  const rest = xml.replace(tags, (_, closing: string, name: string, _attributes: string, empty: string) => {
    if (name === undefined || empty) return '';
    if (!closing) open.push(name);
    else if (open.pop() !== name) throw new Error(`${path}: </${name}> closes nothing.`);
    return '';
  });
  if (open.length > 0 || /[<>]|&(?!(amp|lt|gt|quot);)/.test(rest)) throw new Error(`${path} is not well formed.`);
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\r]|\p{Surrogate}/u.test(rest))
    throw new Error(`${path} has forbidden signs.`);
}
