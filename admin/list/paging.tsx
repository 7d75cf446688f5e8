// Going from page to page, and how many records a page has.
import React, { useId } from 'react';
import { Icon } from '../parts/icon.tsx';
import { say, sayNumber, sayTotal } from '../words.ts';
import { pageSizes } from './list-query.ts';

interface PagingProps {
  page: number;
  perPage: number;
  total: number;
  totalIsMore: boolean;
  shown: number;
  go: (page: number) => void;
  /** Absent where the size is fixed. */
  setSize?: (size: number) => void;
}

/** Draws "26–50 of 412" with the ways back and on. */
export function Paging({ page, perPage, total, totalIsMore, shown, go, setSize }: PagingProps) {
  const sizeId = useId();
  const first = (page - 1) * perPage + 1;
  const isLast = totalIsMore ? shown < perPage : page * perPage >= total;
  if (page === 1 && isLast && total <= pageSizes[0]) return null;
  return (
    <nav className="paging" aria-label={say('Pages')}>
      {setSize && (
        <p className="paging-size">
          <label htmlFor={sizeId}>{say('Rows')}</label>
          <select id={sizeId} value={perPage} onChange={(event) => setSize(Number(event.target.value))}>
            {pageSizes.map((size) => (
              <option key={size}>{size}</option>
            ))}
          </select>
        </p>
      )}
      <p className="paging-where">
        {shown === 0
          ? say('No rows here of {total}', { total: sayTotal(total, totalIsMore) })
          : say('{first}–{last} of {total}', {
              first: sayNumber(first),
              last: sayNumber(first + shown - 1),
              total: sayTotal(total, totalIsMore),
            })}
      </p>
      <button type="button" className="button" disabled={page === 1} onClick={() => go(page - 1)}>
        <Icon name="ChevronLeft" /> <span>{say('Previous')}</span>
      </button>
      <button type="button" className="button" disabled={isLast} onClick={() => go(page + 1)}>
        <span>{say('Next')}</span> <Icon name="ChevronRight" />
      </button>
    </nav>
  );
}
