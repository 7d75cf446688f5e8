// What contests read from the environment.
import { z } from 'zod';
import { moduleVariables } from '../../core/index.ts';

export const variables = moduleVariables({
  /** Where beacons of drand are asked for, one after the other. */
  DRAND_RELAYS: z
    .string()
    .default('https://api.drand.sh,https://api2.drand.sh,https://drand.cloudflare.com')
    .transform((text) =>
      text
        .split(',')
        .map((one) => one.trim().replace(/\/+$/, ''))
        .filter(Boolean),
    )
    .refine(
      (relays) => relays.every((one) => /^https?:\/\/\S+$/.test(one) && URL.canParse(one)),
      'must be addresses such as https://api.drand.sh, separated by commas',
    ),
});
