// The first step of an action: its form, if it has one. What is typed stays when people come back from the preview.
import React, { useEffect, useRef } from 'react';
import { Field } from '../parts/field.tsx';
import { isOption, useTitles } from '../parts/reference-select.tsx';
import type { FormField } from '../types.ts';

type Values = Record<string, unknown>;

/** The id that binds the footer's button to the form above it. */
export const actionFormId = 'action-form';

/** Returns what a form starts with: its defaults. */
export function startValues(fields: FormField[]): Values {
  const entries = fields.map(({ name, kind, default: given }) => [
    name,
    given ?? { boolean: false, choices: [] }[kind as string],
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

interface FormStepProps {
  fields: FormField[];
  values: Values;
  faults: Readonly<Record<string, string>>;
  set: (values: Values) => void;
  done: () => void;
}

/** Draws the form; a fault that the server found stands beside its field and gets the focus. */
export function FormStep({ fields, values, faults, set, done }: FormStepProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const first = Object.keys(faults).length > 0 ? '[aria-invalid="true"], .faulty input' : 'input, select, textarea';
    form.current?.querySelector<HTMLElement>(first)?.focus();
  }, [faults]);
  return (
    <form
      ref={form}
      id={actionFormId}
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        done();
      }}
    >
      {fields.map((field) => (
        <ActionField
          key={field.name}
          field={field}
          value={values[field.name]}
          fault={faultOf(faults, field.name)}
          set={(value) => set({ ...values, [field.name]: typed(field, value) })}
        />
      ))}
    </form>
  );
}

type FieldProps = Omit<React.ComponentProps<typeof Field>, 'reference'> & { field: FormField };

/** A field of the form; the title of a chosen record is asked for, because the form keeps its id only. */
function ActionField(props: FieldProps) {
  const { field, value } = props;
  const id = typeof value === 'string' && field.kind === 'reference' ? value : '';
  const titles = useTitles(field.model, id ? [id] : []);
  return <Field {...props} reference={id ? { id, title: titles.get(id) ?? '…' } : undefined} />;
}

function faultOf(faults: Readonly<Record<string, string>>, name: string): string | undefined {
  return faults[name] ?? faults[`form.${name}`];
}

/** Forms are checked by a schema that knows numbers from texts; an empty field is an absent one. */
function typed(field: FormField, value: unknown): unknown {
  if (isOption(value)) return value.id;
  if (value === '' && field.kind !== 'text' && field.kind !== 'longText') return undefined;
  return field.kind === 'number' ? Number(value) : value;
}
