// One field of a form with its label, its help and its fault, bound together for screen readers.
import React, { useId } from 'react';
import type { ColumnView, FormField } from '../types.ts';
import { say, sayFault } from '../words.ts';
import { ColumnOrder } from './column-order.tsx';
import { type Option, ReferenceSelect } from './reference-select.tsx';

/** A field as it is drawn, whether it comes from an action's form or from a record's column. */
export interface FieldSpec extends Omit<FormField, 'kind' | 'options'> {
  kind: FormField['kind'] | 'email' | 'list' | 'json';
  /** `group` is the heading that a choice stands under. */
  options?: { value: string; label: string; group?: string }[];
}

/** Returns how a record's column is asked for. */
export function fieldOf(column: ColumnView): FieldSpec {
  const { name, label, help, required, values } = column;
  const options = values?.map(({ value, label, group }) => ({ value, label, ...(group ? { group } : {}) }));
  return {
    name,
    label,
    required,
    kind: kindOf(column),
    ...(help ? { help } : {}),
    ...(options ? { options } : {}),
    model: column.reference,
  };
}

function kindOf(column: ColumnView): FieldSpec['kind'] {
  if (column.reference) return 'reference';
  if (column.type === 'list') return column.values ? 'choices' : 'list';
  if (column.type === 'dateTime') return column.display === 'date' ? 'date' : 'dateTime';
  if (column.values) return 'choice';
  if (column.type === 'string' && column.display === 'longText') return 'longText';
  if (column.type === 'string' && column.display === 'email') return 'email';
  return column.type === 'string' ? 'text' : column.type === 'enum' ? 'choice' : column.type;
}

interface FieldProps {
  field: FieldSpec;
  value: unknown;
  set: (value: unknown) => void;
  fault?: string;
  /** The title of the referred record, where it is known. */
  reference?: Option;
}

/** Draws a field with its label. Values are texts, numbers as texts, booleans, or lists of texts. */
export function Field({ field, value, set, fault, reference }: FieldProps) {
  const id = useId();
  const hint = `${id}-hint`;
  const wrong = `${id}-wrong`;
  const describedBy = [field.help && hint, fault && wrong].filter(Boolean).join(' ') || undefined;
  const control: ControlProps = { id, field, value, set, describedBy, isInvalid: Boolean(fault), reference };
  const isGroup = field.kind === 'choices' || field.kind === 'columns';
  const words = (
    <>
      {field.help && (
        <p id={hint} className="field-help">
          {field.help}
        </p>
      )}
      {fault && (
        <p id={wrong} className="field-fault">
          {sayFault(fault)}
        </p>
      )}
    </>
  );
  if (isGroup)
    return (
      <fieldset className={fault ? 'field faulty' : 'field'} aria-describedby={describedBy}>
        <legend>{field.label}</legend>
        {field.kind === 'columns' ? (
          <ColumnOrder
            options={field.options ?? []}
            chosen={Array.isArray(value) ? value.map(String) : []}
            choose={set}
          />
        ) : (
          <Choices {...control} />
        )}
        {words}
      </fieldset>
    );
  return (
    <div className={fault ? 'field faulty' : 'field'}>
      {field.kind !== 'boolean' && (
        <label htmlFor={id}>
          {field.label}
          {!field.required && <span className="optional"> {say('(optional)')}</span>}
        </label>
      )}
      <Control {...control} />
      {words}
    </div>
  );
}

interface ControlProps {
  id: string;
  field: FieldSpec;
  value: unknown;
  set: (value: unknown) => void;
  describedBy: string | undefined;
  isInvalid: boolean;
  reference?: Option;
}

function Control(props: ControlProps) {
  const { id, field, value, set, describedBy, isInvalid } = props;
  const shared = { id, name: field.name, 'aria-describedby': describedBy, 'aria-invalid': isInvalid || undefined };
  const text = value === null || value === undefined ? '' : String(value);
  switch (field.kind) {
    case 'boolean':
      return (
        <label className="check">
          <input {...shared} type="checkbox" checked={value === true} onChange={(e) => set(e.target.checked)} />
          {field.label}
        </label>
      );
    case 'choice':
      return (
        <select {...shared} required={field.required} value={text} onChange={(e) => set(e.target.value)}>
          {(!field.required || text === '') && <option value="">{field.required ? say('Please choose') : '–'}</option>}
          {field.options?.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </select>
      );
    case 'longText':
    case 'json':
    case 'list':
      return <LongText {...props} />;
    case 'reference':
      return (
        <ReferenceSelect
          model={field.model ?? ''}
          inputId={id}
          describedBy={describedBy}
          isInvalid={isInvalid}
          value={text === '' ? undefined : { id: text, title: props.reference?.title ?? text }}
          choose={(option) => set(option ?? '')}
        />
      );
    default:
      return (
        <input
          {...shared}
          type={
            { number: 'number', date: 'date', dateTime: 'datetime-local', email: 'email' }[field.kind as string] ??
            'text'
          }
          required={field.required}
          step={field.kind === 'number' ? 'any' : undefined}
          min={field.min}
          max={field.max}
          maxLength={field.maxLength}
          value={text}
          onChange={(e) => set(e.target.value)}
        />
      );
  }
}

function LongText({ id, field, value, set, describedBy, isInvalid }: ControlProps) {
  const text = Array.isArray(value) ? value.join('\n') : value === null || value === undefined ? '' : String(value);
  const left = field.maxLength === undefined ? undefined : field.maxLength - text.length;
  return (
    <>
      <textarea
        id={id}
        name={field.name}
        rows={field.kind === 'list' ? 4 : 6}
        className={field.kind === 'json' ? 'code' : undefined}
        spellCheck={field.kind !== 'json'}
        required={field.required}
        maxLength={field.maxLength}
        aria-describedby={describedBy}
        aria-invalid={isInvalid || undefined}
        value={text}
        onChange={(e) => set(field.kind === 'list' ? e.target.value.split('\n') : e.target.value)}
      />
      {field.kind === 'list' && <p className="field-help">{say('One a line.')}</p>}
      {left !== undefined && left < 60 && <p className="field-help">{say('{left} characters left.', { left })}</p>}
    </>
  );
}

function Choices({ field, value, set }: ControlProps) {
  const chosen = Array.isArray(value) ? value.map(String) : [];
  const groups = [...new Set(field.options?.map(({ group }) => group ?? ''))];
  const boxes = (group: string) =>
    field.options
      ?.filter((one) => (one.group ?? '') === group)
      .map((one) => (
        <label key={one.value} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(one.value)}
            onChange={(e) => set(e.target.checked ? [...chosen, one.value] : chosen.filter((v) => v !== one.value))}
          />
          {one.label}
        </label>
      ));
  if (groups.length < 2) return <div className="filter-choices">{boxes(groups[0] ?? '')}</div>;
  return (
    <div className="filter-choices">
      {groups.map((group) => (
        <fieldset key={group} className="choice-group">
          <legend>{group}</legend>
          {boxes(group)}
        </fieldset>
      ))}
    </div>
  );
}
