// Two weeks at a glance: a bar a day. Whoever does not see the bars hears the sum, the best day and today.
import React from 'react';
import { usePanel } from '../state.tsx';
import type { OverTime } from '../types.ts';
import { say, sayCount, sayDate, sayNumber } from '../words.ts';

/** Lengths in the picture's own units; the page scales it. */
const bar = { width: 10, gap: 4, height: 40, least: 1.5 };

/** Draws how many records each of the days brought, with what they are and their sum above. */
export function DayBars({ label, days }: OverTime) {
  const { timeZone } = usePanel();
  const most = Math.max(1, ...days.map(({ count }) => count));
  const sum = days.reduce((total, { count }) => total + count, 0);
  const heightOf = (count: number) => (count === 0 ? bar.least : Math.max(3, (count / most) * bar.height));
  const width = days.length * (bar.width + bar.gap) - bar.gap;
  const spoken = days
    .filter(({ count }) => count > 0)
    .map(({ day, count }) => `${sayDate(day, timeZone)}: ${sayNumber(count)}`);
  return (
    <figure className="day-bars">
      <figcaption>
        {sayCount(days.length, '{label} in {count} day', '{label} in {count} days', { label })}{' '}
        <strong className="number">{sayNumber(sum)}</strong>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${bar.height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={spoken.length > 0 ? spoken.join('; ') : say('None.')}
      >
        {days.map(({ day, count }, n) => (
          <rect
            key={day}
            className={count === 0 ? 'none' : undefined}
            x={n * (bar.width + bar.gap)}
            y={bar.height - heightOf(count)}
            width={bar.width}
            height={heightOf(count)}
          >
            <title>{`${sayDate(day, timeZone)}: ${sayNumber(count)}`}</title>
          </rect>
        ))}
      </svg>
      {days.length > 0 && (
        <p className="day-bars-ends" aria-hidden="true">
          <span>{sayDate(days[0]?.day ?? '', timeZone)}</span>
          <span>{sayDate(days.at(-1)?.day ?? '', timeZone)}</span>
        </p>
      )}
    </figure>
  );
}
