// The second step: which column of the file means what, with the first rows beside, and what is asked once for all rows.
import React, { useState } from 'react';
import { post } from '../api.ts';
import { Field } from '../parts/field.tsx';
import type { Option } from '../parts/reference-select.tsx';
import { Refusal, useSending } from '../parts/sending.tsx';
import { apiPath } from '../paths.ts';
import { useResource } from '../state.tsx';
import type { ImportView } from '../types.ts';
import { say, sayCount } from '../words.ts';

/** Draws the step. */
export function MappingStep({ view, reload }: { view: ImportView; reload: () => void }) {
  const [mapping, setMapping] = useState<Record<string, number>>(view.mapping);
  const [defaults, setDefaults] = useState<Record<string, unknown>>(view.defaults);
  const { isBusy, faults, trouble, send } = useSending();
  const choose = (name: string, value: string) => {
    const { [name]: _, ...others } = mapping;
    setMapping(value === '' ? others : { ...others, [name]: Number(value) });
  };
  const rehearse = () =>
    send(async () => {
      await post(apiPath('imports', view.id, 'rehearse'), { mapping, defaults });
      reload();
    });
  return (
    <>
      <Refusal words={trouble} />
      <section className="card" aria-labelledby="import-columns">
        <h2 id="import-columns">{say('Columns')}</h2>
        <p className="hint">
          {say('{total} in {fileName}. An empty cell leaves what is there as it is.', {
            total: sayCount(view.total, '{count} row', '{count} rows'),
            fileName: view.fileName,
          })}
        </p>
        <div className="import-mapping">
          {view.columns.map((column) => (
            <ColumnChoice
              key={column.name}
              column={column}
              view={view}
              at={mapping[column.name]}
              fault={faults[column.name]}
              choose={(value) => choose(column.name, value)}
            />
          ))}
        </div>
      </section>
      {view.asked.length > 0 && (
        <section className="card import-asked" aria-labelledby="import-asked">
          <h2 id="import-asked">{say('For every row')}</h2>
          {view.asked.map((asked) => (
            <AskedField
              key={asked.name}
              asked={asked}
              model={view.resource}
              value={defaults[asked.name]}
              fault={faults[asked.name]}
              set={(value) => setDefaults({ ...defaults, [asked.name]: value })}
            />
          ))}
        </section>
      )}
      <p>
        <button type="button" className="button primary" disabled={isBusy} onClick={rehearse}>
          {say('See what would happen')}
        </button>
      </p>
    </>
  );
}

function ColumnChoice(props: {
  column: ImportView['columns'][number];
  view: ImportView;
  at: number | undefined;
  fault: string | undefined;
  choose: (value: string) => void;
}) {
  const { column, view, at, fault, choose } = props;
  const id = `import-column-${column.name}`;
  const examples = at === undefined ? [] : view.samples.map((cells) => cells[at] ?? '').filter(Boolean);
  return (
    <div className={fault ? 'field faulty' : 'field'}>
      <label htmlFor={id}>
        {column.label} {column.required && <span className="hint">{say('(needed)')}</span>}
      </label>
      <select
        id={id}
        value={at ?? ''}
        aria-invalid={fault ? true : undefined}
        aria-describedby={`${id}-help`}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="">{say('Not in this file')}</option>
        {view.header.map((heading, index) => (
          <option key={index} value={index}>
            {heading || say('Column {index}', { index: index + 1 })}
          </option>
        ))}
      </select>
      <p id={`${id}-help`} className={fault ? 'field-fault' : 'field-help'} dir="auto">
        {fault ??
          (column.sensitive && at !== undefined
            ? say('Sealed, and not shown again.')
            : examples.length > 0
              ? examples.slice(0, 3).join(' · ')
              : column.example && say('For example {example}', { example: column.example }))}
      </p>
    </div>
  );
}

function AskedField(props: {
  asked: ImportView['asked'][number];
  model: string;
  value: unknown;
  fault: string | undefined;
  set: (value: unknown) => void;
}) {
  const { name, label, help, required, reference } = props.asked;
  const own = useResource(props.model)?.columns.find((column) => column.name === name);
  const kind = reference
    ? 'reference'
    : own?.type === 'number'
      ? 'number'
      : own?.type === 'boolean'
        ? 'boolean'
        : 'text';
  const known: Option | undefined =
    typeof props.value === 'string' && reference ? { id: props.value, title: props.value } : undefined;
  return (
    <Field
      field={{ name, label, required, kind, ...(help ? { help } : {}), ...(reference ? { model: reference } : {}) }}
      value={props.value ?? ''}
      set={props.set}
      {...(props.fault ? { fault: props.fault } : {})}
      {...(known ? { reference: known } : {})}
    />
  );
}
