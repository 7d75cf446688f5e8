// XML as a stream of tags and texts. The one room that knows saxes. Its rule: no document type, so no entities of anybody's own;
// no token without end.
import { SaxesParser } from 'saxes';
import { refusedWorkbook } from './xlsx-package.ts';

/** What is told of a document; names come without their prefix. */
export interface XmlHandlers {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  close?(name: string): void;
  text?(text: string): void;
}

const longestToken = 1_000_000;

/** Reads XML and yields after each piece of it, so that the caller can hand on what was gathered. Throws `invalid`. */
export async function* readXml(chunks: AsyncIterable<Buffer>, handlers: XmlHandlers): AsyncGenerator<void> {
  const parser = new SaxesParser({ xmlns: false, fragment: false, position: false });
  let sinceTag = 0;
  let depth = 0;
  parser.on('error', (error) => {
    throw refusedWorkbook('A part of this workbook is not well-formed.', error);
  });
  parser.on('doctype', () => {
    throw refusedWorkbook('This workbook declares a document type or entities, which no spreadsheet program does.');
  });
  parser.on('opentag', ({ name, attributes }) => {
    sinceTag = 0;
    depth += 1;
    if (depth > 100) throw refusedWorkbook('A part of this workbook is nested too deeply.');
    handlers.open?.(local(name), attributes as Record<string, string>);
  });
  parser.on('closetag', ({ name }) => {
    sinceTag = 0;
    depth -= 1;
    handlers.close?.(local(name));
  });
  parser.on('text', (text) => handlers.text?.(text));
  parser.on('cdata', (text) => handlers.text?.(text));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of chunks) {
    sinceTag += chunk.length;
    if (sinceTag > longestToken) throw refusedWorkbook('A cell of this workbook has no end.');
    parser.write(decode(decoder, chunk));
    yield;
  }
  parser.write(decode(decoder));
  parser.close();
  yield;
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function decode(decoder: TextDecoder, chunk?: Buffer): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch (error) {
    throw refusedWorkbook('A part of this workbook is not UTF-8.', error);
  }
}
