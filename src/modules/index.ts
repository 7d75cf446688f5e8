// The modules that stand on the core, in the order of the navigation.
import certificates from './certificates/module.ts';
import workshops from './workshops/module.ts';

/** All modules of this installation. */
export const modules = [certificates, workshops];
