// The modules that stand on the core, in the order of the navigation.
import cards from './cards/module.ts';
import certificates from './certificates/module.ts';
import clubs from './clubs/module.ts';
import contests from './contests/module.ts';
import workshops from './workshops/module.ts';

/** All modules of this installation. */
export const modules = [certificates, contests, clubs, workshops, cards];
