// Changing a record. When somebody else changed it meanwhile, both values are shown and the person decides.
import React, { useMemo, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { ApiError, get, post } from '../api.ts';
import { useNotice } from '../notices.tsx';
import { fieldOf } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { Plain, Value } from '../parts/value.tsx';
import { WarningBox } from '../parts/warning-box.tsx';
import { apiPath, recordPath } from '../paths.ts';
import { usePanel } from '../state.tsx';
import type { RecordView, ResourceView, Warning } from '../types.ts';
import { say } from '../words.ts';
import { type FormValues, toField } from './form-values.ts';
import { RecordForm } from './record-form.tsx';

/** Draws the form of an existing record. */
export function EditForm({
  resource,
  record,
  saved,
}: {
  resource: ResourceView;
  record: RecordView;
  saved: () => void;
}) {
  const { timeZone } = usePanel();
  const navigate = useNavigate();
  const notify = useNotice();
  const [warning, setWarning] = useState<Warning>();
  const [other, setOther] = useState<{ record: RecordView; mine: FormValues }>();
  const fields = useMemo(() => resource.columns.filter(({ update }) => update).map(fieldOf), [resource]);
  const start = useMemo(
    () => Object.fromEntries(fields.map((field) => [field.name, toField(field, record.values[field.name], timeZone)])),
    [fields, record, timeZone],
  );
  const back = () => navigate(recordPath(resource.model, record.id));
  const send = async (values: FormValues) => {
    try {
      const version = other?.record.version ?? record.version;
      const accepted = warning && { accepted: warning.mark };
      await post(apiPath('records', resource.model, record.id), { values, ...(version && { version }), ...accepted });
      notify(say('Saved.'));
      saved();
      back();
    } catch (error) {
      setWarning(error instanceof ApiError ? error.warning : undefined);
      if (error instanceof ApiError && error.code === 'conflict' && Object.keys(error.fields).length === 0) {
        setOther({ record: await get<RecordView>(apiPath('records', resource.model, record.id)), mine: values });
        throw new ApiError(409, 'conflict', say('Nothing is saved yet. Please compare, then save again.'));
      }
      throw error;
    }
  };
  return (
    <RecordForm
      fields={fields}
      start={start}
      references={record.references}
      submitLabel={warning ? say('Save all the same') : other ? say('Save mine anyway') : say('Save')}
      send={send}
      cancel={back}
    >
      <WarningBox warning={warning} />
      {other && <Meanwhile resource={resource} before={record} now={other.record} mine={other.mine} />}
    </RecordForm>
  );
}

function Meanwhile(props: { resource: ResourceView; before: RecordView; now: RecordView; mine: FormValues }) {
  const { resource, before, now, mine } = props;
  const columns = resource.columns.filter(
    ({ name, show, update }) =>
      (show || update) && (name in mine || JSON.stringify(before.values[name]) !== JSON.stringify(now.values[name])),
  );
  return (
    <div className="banner busy tall" role="alert">
      <Icon name="Users" />
      <div>
        <p>
          <strong>{say('Somebody else changed this meanwhile.')}</strong>{' '}
          {say(
            'Below is what it is now, and what you typed. Saving keeps yours where you typed something, and theirs everywhere else.',
          )}
        </p>
        <table className="changes">
          <thead>
            <tr>
              <th scope="col">{say('Field')}</th>
              <th scope="col">{say('Now')}</th>
              <th scope="col">{say('Yours')}</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <tr key={column.name}>
                <th scope="row">{column.label}</th>
                <td>
                  <Value column={column} record={now} />
                </td>
                <td>
                  {column.name in mine ? (
                    <Plain column={column} value={mine[column.name]} isWide={false} />
                  ) : (
                    say('not changed')
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
