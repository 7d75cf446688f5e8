// Daily news. The rule: a day's news are out when the day has begun where the organisation is, and drafts never.
import { type Core, invalid, type Row, type RowWith, type Work } from '../../core/index.ts';
import { keepResource, type Resource } from './resources.ts';
import { dateOf, today } from './today.ts';

/** The places for media of a piece of news. */
export const mediaSlots = ['image', 'audio', 'video'] as const;

/** One of them. */
export type MediaSlot = (typeof mediaSlots)[number];

const withMedia = { image: true, audio: true, video: true } as const;
const styleIds: Record<Row<'NewsItem'>['style'], number> = { white: 0, black: 1, grey: 2, yellow: 3 };

/** Returns the news of a day as the wire shows them; none before the day has begun. */
export async function newsOfDay(core: Core, day: string): Promise<object[]> {
  if (day > today()) return [];
  const items = await core.db.newsItem.findMany({
    where: { day: dateOf(day), isDraft: false },
    include: withMedia,
    orderBy: [{ position: 'asc' }, { createdAt: 'asc' }],
    take: 100,
  });
  return items.map(newsInfo);
}

function newsInfo(item: RowWith<'NewsItem', typeof withMedia>): object {
  return {
    style: { style_id: styleIds[item.style], style_name: item.style },
    string: item.text,
    image: mediaInfo(item.image),
    audio: mediaInfo(item.audio),
    video: mediaInfo(item.video),
    date: item.day.toISOString().slice(0, 10),
    url: item.url || null,
    type: item.url ? 1 : 0,
  };
}

function mediaInfo(resource: Resource | null): object | null {
  return resource && { rid: resource.name, sha256: resource.sha256, url: `/static/card_res/${resource.name}` };
}

/** Keeps a file for a piece of news. Throws invalid when it is of another kind than its place. */
export async function setMedia(
  work: Work,
  item: Row<'NewsItem'>,
  slot: MediaSlot,
  file: { bytes: Buffer; type: string } | undefined,
): Promise<Row<'NewsItem'>> {
  const resource = file && (await keepResource(work.core, file, { field: 'file' }));
  if (resource && resource.kind !== slot)
    throw invalid(`This file is ${resource.kind} and not ${slot}.`, { file: `is ${resource.kind} and not ${slot}` });
  const key = ({ image: 'imageId', audio: 'audioId', video: 'videoId' } as const)[slot];
  return work.tx.newsItem.update({ where: { id: item.id }, data: { [key]: resource?.id ?? null } });
}
