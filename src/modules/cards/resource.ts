// What of the module appears in the panel. What is not listed here does not exist there.
import { accounts } from './account-resource.ts';
import { attachments, cards, resources as files, reports } from './card-resource.ts';
import { batches, codes, scans, styles } from './code-resource.ts';
import { news } from './news-resource.ts';

/** All resources of the module in the order of the navigation. */
export const resources = [cards, reports, accounts, codes, batches, styles, scans, news, files, attachments];
