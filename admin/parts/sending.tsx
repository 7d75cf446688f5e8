// Sending something that may be refused: busy while it lasts, then in words what went wrong.
import React, { useState } from 'react';
import { ApiError, sentenceOf } from '../api.ts';
import type { Warning } from '../types.ts';
import { Icon } from './icon.tsx';

/** What a form is at: sending, or refused with words for each field. */
export interface Sending {
  isBusy: boolean;
  faults: Readonly<Record<string, string>>;
  /** In one sentence what went wrong the last time. */
  trouble: string | undefined;
  /** What the change would do: it is sent again with its mark to accept that. */
  warning: Warning | undefined;
  send: (act: () => Promise<void>) => Promise<void>;
  /** Forgets what went wrong. */
  clear: () => void;
}

/** Keeps what a form, or a button, is at. `send` never throws: what went wrong is in `trouble`, and in `faults` by field. */
export function useSending(): Sending {
  const [isBusy, setBusy] = useState(false);
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [trouble, setTrouble] = useState<string>();
  const [warning, setWarning] = useState<Warning>();
  const clear = () => {
    setFaults({});
    setTrouble(undefined);
    setWarning(undefined);
  };
  const send = async (act: () => Promise<void>) => {
    setBusy(true);
    clear();
    try {
      await act();
    } catch (error) {
      setFaults(error instanceof ApiError ? error.fields : {});
      const told = error instanceof ApiError ? error.warning : undefined;
      setWarning(told);
      setTrouble(told ? undefined : sentenceOf(error));
    }
    setBusy(false);
  };
  return { isBusy, faults, trouble, warning, send, clear };
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
