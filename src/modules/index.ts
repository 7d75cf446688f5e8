// The modules that stand on the core, in the order of the navigation.
import cards from './cards/module.ts';
import certificates from './certificates/module.ts';

/** All modules of this installation. */
export const modules = [certificates, cards];
