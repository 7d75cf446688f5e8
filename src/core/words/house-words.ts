// The catalogues of the house: `house` for what the server says, `panel` for what the browser's code says.
import type { Catalogues } from './catalogue.ts';
import houseNl from './nl/house.json' with { type: 'json' };
import panelNl from './nl/panel.json' with { type: 'json' };
import houseRu from './ru/house.json' with { type: 'json' };
import panelRu from './ru/panel.json' with { type: 'json' };
import houseZh from './zh/house.json' with { type: 'json' };
import panelZh from './zh/panel.json' with { type: 'json' };

/** What the server says: declarations of the house, outcomes, errors, pages. */
export const houseWords: Catalogues = { zh: houseZh, ru: houseRu, nl: houseNl };

/** What the browser's code of the panel says by itself. */
export const panelWords: Catalogues = { zh: panelZh, ru: panelRu, nl: panelNl };
