// The parts of a workbook that are not its cells: the list of sheets, the few styles, and what refers to what (ECMA-376, part 1 and 2).

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packaged = 'http://schemas.openxmlformats.org/package/2006';
const documents = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Returns path and XML of every part beside the sheets, which are `xl/worksheets/sheet<n>.xml` from 1 on. */
export function workbookParts(names: readonly string[]): [path: string, xml: string][] {
  const sheets = names.map((name, at) => ({ name: escapeXml(name), number: at + 1 }));
  const overrides = sheets.map(({ number }) =>
    override(`/xl/worksheets/sheet${number}.xml`, `${documents}.worksheet+xml`),
  );
  const listed = sheets.map(({ name, number }) => `<sheet name="${name}" sheetId="${number}" r:id="rId${number}"/>`);
  const links = sheets.map(({ number }) => relation(number, 'worksheet', `worksheets/sheet${number}.xml`));
  return [
    ['xl/styles.xml', styles],
    [
      'xl/workbook.xml',
      `${declaration}<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${listed.join('')}</sheets></workbook>`,
    ],
    ['xl/_rels/workbook.xml.rels', relations([...links, relation(sheets.length + 1, 'styles', 'styles.xml')])],
    ['_rels/.rels', relations([relation(1, 'officeDocument', 'xl/workbook.xml')])],
    [
      '[Content_Types].xml',
      `${declaration}<Types xmlns="${packaged}/content-types">` +
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
        '<Default Extension="xml" ContentType="application/xml"/>' +
        `${override('/xl/workbook.xml', `${documents}.sheet.main+xml`)}` +
        `${override('/xl/styles.xml', `${documents}.styles+xml`)}${overrides.join('')}</Types>`,
    ],
  ];
}

function override(part: string, type: string): string {
  return `<Override PartName="${part}" ContentType="${type}"/>`;
}

function relation(number: number, kind: string, target: string): string {
  return `<Relationship Id="rId${number}" Type="${office}/${kind}" Target="${target}"/>`;
}

function relations(list: string[]): string {
  return `${declaration}<Relationships xmlns="${packaged}/relationships">${list.join('')}</Relationships>`;
}

// In the order of `style` in xlsx-writer.ts: plain, heading, text, day, instant. 49 is Excel's own format "text".
const formats = [
  'numFmtId="0" fontId="0"',
  'numFmtId="0" fontId="1" applyFont="1"',
  'numFmtId="49" fontId="0" applyNumberFormat="1" quotePrefix="1"',
  'numFmtId="164" fontId="0" applyNumberFormat="1"',
  'numFmtId="165" fontId="0" applyNumberFormat="1"',
].map((format) => `<xf ${format} fillId="0" borderId="0" xfId="0"/>`);

const font = '<sz val="11"/><name val="Calibri"/><family val="2"/>';
const styles =
  `${declaration}<styleSheet xmlns="${main}">` +
  '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>' +
  '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>' +
  `<fonts count="2"><font>${font}</font><font><b/>${font}</font></fonts>` +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  `<cellXfs count="${formats.length}">${formats.join('')}</cellXfs>` +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Returns the text as XML may hold it; what XML cannot hold is written as Excel does, `_x0001_` (ST_Xstring). */
export function escapeXml(text: string): string {
  if (!/[&<>"_\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]/.test(text)) return text;
  return text
    .replace(/_(?=x[\da-f]{4}_)/gi, '_x005F_')
    .replace(/\p{Surrogate}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[\0-\x08\x0b-\x1f]/g, (sign) => `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replace(/[&<>"]/g, (sign) => named[sign] as string);
}
