// The form for a new record. A filter of the list it was opened from can fill in what the record belongs to.
import React, { useMemo } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { post } from '../api.ts';
import { useNotice } from '../notices.tsx';
import { fieldOf } from '../parts/field.tsx';
import { Missing } from '../parts/states.tsx';
import { apiPath, listPath, recordPath } from '../paths.ts';
import { usePanel, useResource, useTitle } from '../state.tsx';
import type { RecordView, ResourceView } from '../types.ts';
import { lowerFirst, say, upperFirst } from '../words.ts';
import { toField } from './form-values.ts';
import { RecordForm } from './record-form.tsx';

/** The page at a resource's "new" address. */
export function NewPage() {
  const { model = '' } = useParams();
  const resource = useResource(model);
  if (!resource?.may.create) return <Missing />;
  return <NewForm key={model} resource={resource} />;
}

function NewForm({ resource }: { resource: ResourceView }) {
  const { timeZone } = usePanel();
  const navigate = useNavigate();
  const notify = useNotice();
  const one = lowerFirst(resource.label.one);
  useTitle(upperFirst(say('New {one}', { one })));
  const fields = useMemo(() => resource.columns.filter(({ create }) => create).map(fieldOf), [resource]);
  const start = useMemo(
    () => Object.fromEntries(fields.map((field) => [field.name, toField(field, null, timeZone)])),
    [fields, timeZone],
  );
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="crumbs">
            <Link to={listPath(resource.model)}>{upperFirst(resource.label.many)}</Link>
          </p>
          <h1 tabIndex={-1}>{upperFirst(say('New {one}', { one }))}</h1>
        </div>
      </header>
      <RecordForm
        fields={fields}
        start={start}
        submitLabel={upperFirst(say('Create the {one}', { one }))}
        isNew
        cancel={() => navigate(listPath(resource.model))}
        send={async (values) => {
          // What was left empty is left to the defaults of the database.
          const given = Object.entries(values).filter(([, value]) => value !== null && value !== '');
          const record = await post<RecordView>(apiPath('records', resource.model), {
            values: Object.fromEntries(given),
          });
          notify(say('“{title}” was created.', { title: record.title }));
          navigate(recordPath(resource.model, record.id));
        }}
      />
    </div>
  );
}
