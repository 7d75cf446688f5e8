// Variables of the environment that a module brings: declared with it, read together with those of the house.
import type { z } from 'zod';
import type { Config } from './config/config.ts';

/** The variables of one module. */
export interface ModuleVariables<S extends z.ZodRawShape = z.ZodRawShape> {
  /** Name → rule and default. */
  shape: S;
  /** Returns what they say. Throws when the configuration was read without their module. */
  of(config: Config): z.output<z.ZodObject<S>>;
}

/** Types the variables of a module; their names begin with the module's in capitals, or with what they are about. */
export function moduleVariables<S extends z.ZodRawShape>(shape: S): ModuleVariables<S> {
  return {
    shape,
    of({ ofModules }) {
      const missing = Object.keys(shape).filter((name) => !(name in ofModules));
      if (missing.length > 0) throw new Error(`The configuration was read without ${missing.join(', ')}.`);
      return ofModules as z.output<z.ZodObject<S>>;
    },
  };
}
