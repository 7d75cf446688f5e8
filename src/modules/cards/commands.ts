// The module's command of the command line.
import { z } from 'zod';
import { command, notFound, systemActor } from '../../core/index.ts';
import { codesOf, createBatch, makeCodes, mostCodes } from './batches.ts';

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((number) => number >= least && number <= most, `must be ${least} to ${most}`);

const createCodes = command({
  name: 'cards:create-codes',
  summary: 'makes an order of QR codes and prints their ids, one a line',
  options: z.object({
    number: whole(1, mostCodes).meta({ example: 'N' }),
    channel: whole(0, 2_147_483_647).meta({ example: 'C' }),
    style: z.string().max(100).optional().meta({ example: 'NAME' }),
    place: z.string().max(200).default(''),
  }),
  async run(core, { number, channel, style, place }, print) {
    const found = style === undefined ? undefined : await core.db.qrStyle.findUnique({ where: { name: style } });
    if (style !== undefined && !found) throw notFound(`There is no QR style "${style}".`);
    const order = { ordered: number, channel, styleId: found?.id, place };
    const batch = await core.transaction(systemActor, (work) => createBatch(work, order));
    // The order's job does the same; whoever is first makes a portion, and a break loses nothing.
    await makeCodes(core, batch.id);
    for await (const { uniqueId } of codesOf(core.db, batch.id)) print(uniqueId);
  },
});

/** All commands of the module. */
export const commands = [createCodes];
