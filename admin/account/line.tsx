// A line to type into, for the small forms of one's own account.
import React, { useId } from 'react';
import { sayFault } from '../words.ts';

interface InputProps {
  label: string;
  name: string;
  value: string;
  set: (value: string) => void;
  type?: 'text' | 'password';
  autoComplete: string;
  help?: string;
  fault?: string;
  isNumeric?: boolean;
}

/** Draws a labelled line to type into. */
export function Line({ label, name, value, set, type = 'text', autoComplete, help, fault, isNumeric }: InputProps) {
  const id = useId();
  const described = [help && `${id}-help`, fault && `${id}-fault`].filter(Boolean).join(' ') || undefined;
  return (
    <div className={fault ? 'field faulty' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        value={value}
        required
        maxLength={200}
        autoComplete={autoComplete}
        inputMode={isNumeric ? 'numeric' : undefined}
        aria-describedby={described}
        aria-invalid={fault ? true : undefined}
        onChange={(event) => set(event.target.value)}
      />
      {help && (
        <p id={`${id}-help`} className="field-help">
          {help}
        </p>
      )}
      {fault && (
        <p id={`${id}-fault`} className="field-fault">
          {sayFault(fault)}
        </p>
      )}
    </div>
  );
}
