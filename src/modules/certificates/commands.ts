// The module's commands of the command line.
import { z } from 'zod';
import { command, notFound, systemActor, type Work } from '../../core/index.ts';
import { createCampaign, newOrganiserKey } from './campaigns.ts';

const organiserKey = command({
  name: 'certificates:organiser-key',
  summary: 'Makes a new API key for a campaign’s organiser, shown once; the key before it ends.',
  options: z.object({
    campaign: z.string().regex(/^[a-z0-9-]{1,80}$/, 'is a short name such as spring-2026'),
    create: z.boolean().default(false).meta({ help: 'makes the campaign when there is none' }),
  }),
  async run(core, { campaign: slug, create }, print) {
    const { key, title } = await core.transaction(systemActor, async (work) => {
      const campaign = (await work.tx.campaign.findUnique({ where: { slug } })) ?? (await missing(work, slug, create));
      return { title: campaign.title, ...(await newOrganiserKey(work, campaign.id)) };
    });
    print(`The organiser's key of "${title}", shown this once:`);
    print(key);
  },
});

async function missing(work: Work, slug: string, create: boolean) {
  if (!create) throw notFound(`There is no campaign "${slug}". Add --create to make it.`);
  return createCampaign(work, { slug, title: slug, organisation: slug });
}

/** All commands of the module. */
export const commands = [organiserKey];
