// A PDF that leaves while it is made. The rule: only the places of the objects are remembered, never the objects, so that a
// document of thousands of pages needs no more memory than its largest page (ISO 32000-1, section 7.5).
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

const pack = promisify(deflate) as (bytes: Uint8Array) => Promise<Buffer>;

/** Points in a millimetre. */
export const pointsPerMm = 72 / 25.4;

/** What a document says of itself. */
export interface PdfFacts {
  title: string;
  author?: string;
  subject?: string;
  /** Tag such as `zh`. */
  language?: string;
}

/** One finished page: its size in millimetres, its operators, and the pictures that they name `/P<number>`. */
export interface PdfPageContent {
  width: number;
  height: number;
  operators: string;
  pictures: ReadonlySet<number>;
}

/** Writes a document object by object; each call returns the next bytes of the file. */
export interface PdfWriter {
  begin(): Buffer;
  /** Writes a picture of pixels or, with `filter`, of bytes that are packed already. Returns its number with its bytes. */
  picture(picture: PdfPicture): Promise<{ id: number; bytes: Buffer }>;
  page(page: PdfPageContent): Promise<Buffer>;
  end(facts: PdfFacts): Buffer;
}

/** A picture as PDF keeps it. */
export interface PdfPicture {
  width: number;
  height: number;
  colors: 1 | 3;
  bytes: Uint8Array;
  /** Of bytes that are a JPEG. */
  isJpeg?: boolean;
  /** Number of the picture that is its mask. */
  mask?: number;
}

const [catalogId, pagesId, infoId] = [1, 2, 3];

/** Builds a writer. */
export function pdfWriter(): PdfWriter {
  const places: number[] = [];
  const pages: number[] = [];
  let written = 0;
  let last = infoId;
  const emit = (bytes: Buffer) => {
    written += bytes.length;
    return bytes;
  };
  const object = (id: number, body: string, stream?: Uint8Array) => {
    places[id] = written;
    const head = Buffer.from(`${id} 0 obj\n${body}\n`, 'latin1');
    const tail = Buffer.from('endobj\n', 'latin1');
    if (!stream) return emit(Buffer.concat([head, tail]));
    return emit(Buffer.concat([head, Buffer.from('stream\n'), stream, Buffer.from('\nendstream\n'), tail]));
  };
  return {
    begin: () => emit(Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')),
    async picture({ width, height, colors, bytes, isJpeg, mask }) {
      last += 1;
      const id = last;
      const packed = isJpeg ? bytes : await pack(bytes);
      const words = [
        '/Type /XObject /Subtype /Image',
        `/Width ${width} /Height ${height} /BitsPerComponent 8`,
        `/ColorSpace /Device${colors === 1 ? 'Gray' : 'RGB'}`,
        `/Filter /${isJpeg ? 'DCTDecode' : 'FlateDecode'} /Length ${packed.length}`,
        ...(mask === undefined ? [] : [`/SMask ${mask} 0 R`]),
      ];
      return { id, bytes: object(id, `<< ${words.join(' ')} >>`, packed) };
    },
    async page({ width, height, operators, pictures }) {
      const [pageId, contentId] = [last + 1, last + 2];
      last += 2;
      pages.push(pageId);
      const packed = await pack(Buffer.from(operators, 'latin1'));
      const named = [...pictures].map((id) => `/P${id} ${id} 0 R`).join(' ');
      const page = `<< /Type /Page /Parent ${pagesId} 0 R /MediaBox [0 0 ${points(width)} ${points(height)}] /Resources << /XObject << ${named} >> >> /Contents ${contentId} 0 R >>`;
      return Buffer.concat([
        object(pageId, page),
        object(contentId, `<< /Filter /FlateDecode /Length ${packed.length} >>`, packed),
      ]);
    },
    end(facts) {
      const kids = pages.map((id) => `${id} 0 R`).join(' ');
      const language = facts.language ? ` /Lang ${text(facts.language)}` : '';
      const parts = [
        object(
          catalogId,
          `<< /Type /Catalog /Pages ${pagesId} 0 R /ViewerPreferences << /DisplayDocTitle true /PrintScaling /None >>${language} >>`,
        ),
        object(pagesId, `<< /Type /Pages /Count ${pages.length} /Kids [${kids}] >>`),
        object(infoId, `<< ${information(facts)} >>`),
      ];
      const start = written;
      const rows = places.slice(1).map((place) => `${String(place).padStart(10, '0')} 00000 n \n`);
      const trailer = `trailer\n<< /Size ${rows.length + 1} /Root ${catalogId} 0 R /Info ${infoId} 0 R >>\nstartxref\n${start}\n%%EOF\n`;
      const table = `xref\n0 ${rows.length + 1}\n0000000000 65535 f \n${rows.join('')}${trailer}`;
      return Buffer.concat([...parts, emit(Buffer.from(table, 'latin1'))]);
    },
  };
}

function points(mm: number): string {
  return (mm * pointsPerMm).toFixed(5);
}

function information({ title, author, subject }: PdfFacts): string {
  const said = { Title: title, Author: author, Subject: subject, Producer: 'Steward', Creator: 'Steward' };
  return Object.entries(said)
    .flatMap(([name, words]) => (words ? [`/${name} ${text(words)}`] : []))
    .join(' ');
}

/** Writes a text string in UTF-16 (7.9.2.2), so that every script and no bracket of a title matters. */
function text(words: string): string {
  const hex = [...Buffer.from(words, 'utf16le').swap16()].map((byte) => byte.toString(16).padStart(2, '0'));
  return `<feff${hex.join('')}>`;
}
