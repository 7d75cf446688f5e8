// The columns of a file: which ones, and in which order. Buttons move them, so that it works without a mouse; each move is said aloud.
import React, { useEffect, useRef, useState } from 'react';
import { say, sayNumber } from '../words.ts';
import { Icon } from './icon.tsx';

interface Choice {
  value: string;
  label: string;
}

interface OrderProps {
  options: Choice[];
  chosen: string[];
  choose: (names: string[]) => void;
}

/** Draws the chosen columns in their order, then the others. */
export function ColumnOrder({ options, chosen, choose }: OrderProps) {
  const list = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState('');
  const focusNext = useRef<string | undefined>(undefined);
  // Moving takes the focus from a button: it goes back to the same one, or to its neighbour at the end of the list.
  useEffect(() => {
    const [name, button] = focusNext.current?.split(' ') ?? [];
    if (!name) return;
    focusNext.current = undefined;
    const row = list.current?.querySelector(`[data-column="${CSS.escape(name)}"]`);
    const wanted = row?.querySelector<HTMLElement>(`[data-move="${button}"]:not(:disabled)`);
    (wanted ?? row?.querySelector<HTMLElement>('button:not(:disabled)') ?? row?.querySelector('input'))?.focus();
  });
  const labelOf = (name: string) => options.find(({ value }) => value === name)?.label ?? name;
  const move = (name: string, step: -1 | 1) => {
    const from = chosen.indexOf(name);
    const next = chosen.filter((one) => one !== name);
    next.splice(from + step, 0, name);
    focusNext.current = `${name} ${step}`;
    setSaid(
      say('{label}: now {at} of {total}.', {
        label: labelOf(name),
        at: sayNumber(from + step + 1),
        total: sayNumber(chosen.length),
      }),
    );
    choose(next);
  };
  const toggle = (name: string, isOn: boolean) => {
    focusNext.current = `${name} box`;
    choose(isOn ? [...chosen, name] : chosen.filter((one) => one !== name));
  };
  const others = options.filter(({ value }) => !chosen.includes(value));
  return (
    <div className="column-order" ref={list}>
      <p className="column-order-all">
        <span>
          {say('{count} of {total} chosen', {
            count: sayNumber(chosen.length),
            total: sayNumber(options.length),
          })}
        </span>
        <button type="button" className="link-button" onClick={() => choose(options.map(({ value }) => value))}>
          {say('All')}
        </button>
        <button type="button" className="link-button" onClick={() => choose([])}>
          {say('None')}
        </button>
      </p>
      <ol>
        {chosen.map((name, at) => (
          <li key={name} data-column={name}>
            <Box name={name} label={labelOf(name)} isOn toggle={toggle} />
            <MoveButton
              label={say('Move {label} up', { label: labelOf(name) })}
              icon="ArrowUp"
              step={-1}
              isOff={at === 0}
              move={() => move(name, -1)}
            />
            <MoveButton
              label={say('Move {label} down', { label: labelOf(name) })}
              icon="ArrowDown"
              step={1}
              isOff={at === chosen.length - 1}
              move={() => move(name, 1)}
            />
          </li>
        ))}
        {others.map(({ value, label }) => (
          <li key={value} data-column={value} className="left-out">
            <Box name={value} label={label} isOn={false} toggle={toggle} />
          </li>
        ))}
      </ol>
      <p className="visually-hidden" role="status">
        {said}
      </p>
    </div>
  );
}

function Box(props: { name: string; label: string; isOn: boolean; toggle: (name: string, isOn: boolean) => void }) {
  const { name, label, isOn, toggle } = props;
  return (
    <label className="check">
      <input type="checkbox" data-move="box" checked={isOn} onChange={(event) => toggle(name, event.target.checked)} />
      {label}
    </label>
  );
}

function MoveButton(props: { label: string; icon: string; step: number; isOff: boolean; move: () => void }) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={props.label}
      data-move={props.step}
      disabled={props.isOff}
      onClick={props.move}
    >
      <Icon name={props.icon} />
    </button>
  );
}
