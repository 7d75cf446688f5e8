// Feather icons by name; AdminJS brings them. An icon never stands alone for a word: it is hidden from screen readers.

import React from 'react';
import * as Feather from 'react-feather';

const icons = Feather as unknown as Record<string, Feather.Icon | undefined>;

/** Draws a Feather icon; an unknown name draws a small circle. `name` may be `Users` or `users` or `check-circle`. */
export function Icon({ name, size = 16 }: { name: string; size?: number }) {
  const pascal = name.replace(/(^|-)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase());
  const Drawn = icons[pascal] ?? icons.Circle;
  return Drawn ? <Drawn size={size} aria-hidden="true" focusable="false" className="icon" /> : null;
}
