// A state as a coloured word. The word says it; the colour only helps.
import React from 'react';
import type { Tone } from '../words.ts';

/** Draws a state. */
export function Pill({ tone = 'quiet', children }: { tone?: Tone; children: React.ReactNode }) {
  return <span className={`pill ${tone}`}>{children}</span>;
}
