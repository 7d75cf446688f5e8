// A card with a small form of its own: fields, one button, what went wrong beside the field it concerns.
import React, { useId, useState } from 'react';
import { ApiError, sentenceOf } from '../api.ts';
import { Icon } from '../parts/icon.tsx';
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

/** What a form is at: sending, or refused with words for each field. */
export interface Sending {
  isBusy: boolean;
  faults: Readonly<Record<string, string>>;
  trouble: string | undefined;
  send: (act: () => Promise<void>) => Promise<void>;
}

/** Keeps what a form is at. */
export function useSending(): Sending {
  const [isBusy, setBusy] = useState(false);
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [trouble, setTrouble] = useState<string>();
  const send = async (act: () => Promise<void>) => {
    setBusy(true);
    setFaults({});
    setTrouble(undefined);
    try {
      await act();
    } catch (error) {
      setFaults(error instanceof ApiError ? error.fields : {});
      setTrouble(sentenceOf(error));
    }
    setBusy(false);
  };
  return { isBusy, faults, trouble, send };
}

/** Draws what went wrong. */
export function Refusal({ words }: { words: string | undefined }) {
  if (!words) return null;
  return (
    <p className="banner bad" role="alert">
      <Icon name="AlertTriangle" /> <span>{words}</span>
    </p>
  );
}
