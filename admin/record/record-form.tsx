// The form of a record, new or old: fields from the columns, faults beside them, a warning before typed words are lost.
import React, { useEffect, useMemo, useRef, useState } from 'react';
import { ApiError, sentenceOf } from '../api.ts';
import { Field, type FieldSpec } from '../parts/field.tsx';
import type { Option } from '../parts/reference-select.tsx';
import { isOption } from '../parts/reference-select.tsx';
import { Refusal } from '../parts/sending.tsx';
import { say } from '../words.ts';
import { changedFields, type FormValues, fromField } from './form-values.ts';

interface FormProps {
  fields: FieldSpec[];
  start: FormValues;
  references?: Readonly<Record<string, Option | undefined>>;
  submitLabel: string;
  /** Sends the changed values; what it throws is shown. Every field is sent when `isNew`. */
  send: (values: FormValues) => Promise<void>;
  isNew?: boolean;
  cancel: () => void;
  /** Drawn above the buttons, for example what another person changed meanwhile. */
  children?: React.ReactNode;
}

/** Draws the form. */
export function RecordForm({
  fields,
  start,
  references,
  submitLabel,
  send,
  isNew = false,
  cancel,
  children,
}: FormProps) {
  const [values, setValues] = useState(start);
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [trouble, setTrouble] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const changed = useMemo(() => changedFields(fields, start, values), [fields, start, values]);
  const release = useUnsavedWarning(changed.length > 0);
  const fail = (error: unknown) => {
    const found = error instanceof ApiError ? error.fields : {};
    setFaults(found);
    const known = Object.keys(found).some((name) => fields.some((field) => field.name === name));
    // A warning is drawn above the buttons, with what it is about.
    if (error instanceof ApiError && error.warning) return;
    setTrouble(known ? say('Some fields need another look.') : sentenceOf(error));
    toFirstFault();
  };
  const toFirstFault = () =>
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    const { output, found } = readValues(isNew ? fields : changed, values);
    setFaults(found);
    setTrouble(undefined);
    if (Object.keys(found).length > 0) {
      setTrouble(say('Some fields need another look.'));
      return void toFirstFault();
    }
    setBusy(true);
    release(true);
    await send(output).catch((error: unknown) => {
      release(false);
      fail(error);
    });
    setBusy(false);
  };
  return (
    <form ref={form} className="card form" onSubmit={submit} noValidate>
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={isOption(values[field.name]) ? (values[field.name] as Option).id : values[field.name]}
          reference={isOption(values[field.name]) ? (values[field.name] as Option) : references?.[field.name]}
          fault={faults[field.name]}
          set={(value) => setValues({ ...values, [field.name]: value })}
        />
      ))}
      {children}
      <Refusal words={trouble} />
      <div className="form-foot">
        <button type="submit" className="button primary" disabled={isBusy || (!isNew && changed.length === 0)}>
          {isBusy ? say('Saving…') : submitLabel}
        </button>
        <button type="button" className="button" onClick={cancel} disabled={isBusy}>
          {say('Cancel')}
        </button>
        {!isNew && <p className="hint">{changed.length === 0 ? say('Nothing changed yet.') : sayChanged(changed)}</p>}
      </div>
    </form>
  );
}

function sayChanged(changed: FieldSpec[]): string {
  return say('Not saved yet: {changed}.', { changed: changed.map(({ label }) => label).join(', ') });
}

function readValues(fields: FieldSpec[], values: FormValues) {
  const output: FormValues = {};
  const found: Record<string, string> = {};
  for (const field of fields) {
    try {
      output[field.name] = fromField(field, values[field.name]);
    } catch (reason) {
      found[field.name] = reason instanceof Error ? reason.message : say('does not fit');
    }
  }
  return { output, found };
}

/** Asks before the page is left with words that are not saved. Returns a function that lets the person go. */
function useUnsavedWarning(isDirty: boolean): (isFree: boolean) => void {
  const isFree = useRef(false);
  useEffect(() => {
    if (!isDirty) return;
    const question = say('What you typed is not saved. Leave anyway?');
    const beforeUnload = (event: BeforeUnloadEvent) => {
      if (!isFree.current) event.preventDefault();
    };
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element).closest?.('a[href]');
      if (!link || isFree.current || event.metaKey || event.ctrlKey || link.getAttribute('target') === '_blank') return;
      if (window.confirm(question)) isFree.current = true;
      else {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    window.addEventListener('beforeunload', beforeUnload);
    document.addEventListener('click', onClick, true);
    return () => {
      window.removeEventListener('beforeunload', beforeUnload);
      document.removeEventListener('click', onClick, true);
    };
  }, [isDirty]);
  return (value) => {
    isFree.current = value;
  };
}
