// What workshops read from the environment.
import { z } from 'zod';
import { moduleVariables } from '../../core/index.ts';

export const variables = moduleVariables({
  /** Hours that a token of the API is good. */
  WORKSHOP_TOKEN_HOURS: z.coerce.number().int().min(1).max(744).default(12),
});
