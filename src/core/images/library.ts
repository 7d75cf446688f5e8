// The picture library. The rule: fonts are prepared before it loads, and it can open PNG, JPEG, WebP and GIF and nothing else.
// The only room that imports sharp.
import type sharp from 'sharp';
import { prepareFonts } from './fonts.ts';

export type { OverlayOptions } from 'sharp';
/** The picture library once it is loaded. */
export type ImageLibrary = typeof sharp;

let loading: Promise<ImageLibrary> | undefined;

/** Loads the library, once, when the first picture is needed. */
export function imageLibrary(): Promise<ImageLibrary> {
  loading ??= load();
  return loading;
}

async function load(): Promise<ImageLibrary> {
  prepareFonts();
  const { default: library } = await import('sharp');
  // Requests come one by one from many people: one thread each, and no cache of pictures that will not come again.
  library.concurrency(1);
  library.cache(false);
  library.block({ operation: ['VipsForeignLoad'] });
  library.unblock({
    operation: [
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
    ],
  });
  return library;
}
