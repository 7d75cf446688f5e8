// The own screens of a style (its logo) and of a piece of news (its media): files looked at, put in and taken away.
import { z } from 'zod';
import { type Core, invalid, phrase, type Row, type Tool, toolCall, type Work } from '../../core/index.ts';
import { type MediaSlot, mediaSlots, setMedia } from './news.ts';
import { maxResourceBytes } from './resources.ts';
import { maxLogoBytes, setLogo } from './styles.ts';

/** A place for a file, as the screen draws it. */
interface Slot {
  name: string;
  label: string;
  help: string;
  accept: string;
  /** What lies there: a link that is good for a while. */
  current: { link: string; type: string } | null;
}

async function logoSlots(core: Core, style: Row<'QrStyle'>): Promise<{ slots: Slot[] }> {
  const current = style.logoId ? { link: core.files.link(style.logoId), type: 'image/png' } : null;
  const help = phrase('Stands in the middle of each code; the error level is then H. PNG, JPEG or WebP, 2 MB at most.');
  return { slots: [{ name: 'logo', label: 'Logo', help, accept: 'image/png,image/jpeg,image/webp', current }] };
}

/** A style's logo. */
export const logoTool: Tool<'QrStyle'> = {
  label: 'Logo',
  component: 'FileSlots',
  permission: 'cards:print',
  load: ({ row, core }) => logoSlots(core, row),
  calls: {
    put: toolCall({
      input: z.object({ slot: z.literal('logo') }),
      file: { field: 'file', maxBytes: maxLogoBytes },
      async handle({ row, file, work, core }) {
        if (!file) throw invalid('Choose a picture first.', { file: 'is missing' });
        return logoSlots(core, await setLogo(work, row, file.bytes));
      },
    }),
    remove: toolCall({
      input: z.object({ slot: z.literal('logo') }),
      handle: async ({ row, work, core }) => logoSlots(core, await setLogo(work, row, undefined)),
    }),
  },
};

const words: Record<MediaSlot, { label: string; help: string; accept: string }> = {
  image: { label: 'Picture', help: 'PNG, JPEG or WebP, 20 MB at most.', accept: 'image/png,image/jpeg,image/webp' },
  audio: { label: 'Sound', help: 'MP3, M4A, AAC, Ogg, WAV or FLAC, 20 MB at most.', accept: 'audio/*' },
  video: { label: 'Film', help: 'MP4, MOV or WebM, 20 MB at most.', accept: 'video/*' },
};

async function newsSlots({ tx, core }: Pick<Work, 'tx' | 'core'>, id: string): Promise<{ slots: Slot[] }> {
  const item = await tx.newsItem.findUniqueOrThrow({
    where: { id },
    include: { image: true, audio: true, video: true },
  });
  const slots = mediaSlots.map((name) => {
    const resource = item[name];
    const current = resource && { link: core.files.link(resource.fileId), type: resource.mediaType };
    return { name, ...words[name], current };
  });
  return { slots };
}

/** Picture, sound and film of a piece of news. */
export const newsMediaTool: Tool<'NewsItem'> = {
  label: 'Picture, sound, film',
  component: 'FileSlots',
  permission: 'cards:news',
  load: ({ row, core }) => newsSlots({ tx: core.db, core }, row.id),
  calls: {
    put: toolCall({
      input: z.object({ slot: z.enum(mediaSlots) }),
      file: { field: 'file', maxBytes: maxResourceBytes },
      async handle({ row, input, file, work }) {
        if (!file) throw invalid('Choose a file first.', { file: 'is missing' });
        await setMedia(work, row, input.slot, file);
        return newsSlots(work, row.id);
      },
    }),
    remove: toolCall({
      input: z.object({ slot: z.enum(mediaSlots) }),
      async handle({ row, input, work }) {
        await setMedia(work, row, input.slot, undefined);
        return newsSlots(work, row.id);
      },
    }),
  },
};
