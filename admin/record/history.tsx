// What happened to a record: its audit entries, newest first, for those who may read them.
import React, { useState } from 'react';
import { Link } from 'react-router-dom';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/value.tsx';
import { apiPath, listPath, runPath } from '../paths.ts';
import { useLoad, usePanel, useResource } from '../state.tsx';
import type { ListAnswer, RecordView } from '../types.ts';
import { say, upperFirst } from '../words.ts';

const shownAtFirst = 5;

/** Draws the history; nothing for those who may not read the audit. */
export function History({ model, id, version }: { model: string; id: string; version?: string }) {
  const audit = useResource('AuditEntry');
  const filters = { 'f.resource.is': model, 'f.recordId.is': id };
  const canFilter = ['resource', 'recordId'].every((name) =>
    audit?.columns.some((one) => one.name === name && one.filter),
  );
  const query = new URLSearchParams({ ...filters, perPage: '20' }).toString();
  const { data } = useLoad<ListAnswer>(canFilter ? apiPath('records', 'AuditEntry') : undefined, query, version);
  const [isWhole, setWhole] = useState(false);
  if (!data || data.rows.length === 0) return null;
  const shown = isWhole ? data.rows : data.rows.slice(0, shownAtFirst);
  return (
    <section className="card" aria-labelledby="history">
      <h2 id="history">{say('History')}</h2>
      <ol className="history">
        {shown.map((entry) => (
          <Entry key={entry.id} entry={entry} model={model} />
        ))}
      </ol>
      {!isWhole && data.rows.length > shownAtFirst && (
        <button type="button" className="link-button" onClick={() => setWhole(true)}>
          {say('Show {count} more', { count: data.rows.length - shownAtFirst })}
        </button>
      )}
      {isWhole && data.total > data.rows.length && (
        <Link to={listPath('AuditEntry', filters)}>{say('See all entries')}</Link>
      )}
    </section>
  );
}

const icons: Record<string, string | undefined> = {
  create: 'Plus',
  update: 'Edit2',
  delete: 'Trash2',
  action: 'Play',
  export: 'Download',
  refused: 'Slash',
};

function Entry({ entry, model }: { entry: RecordView; model: string }) {
  const { timeZone } = usePanel();
  const { at, kind, actor, summary } = entry.values;
  return (
    <li>
      <span className="history-icon">
        <Icon name={icons[String(kind)] ?? 'Circle'} size={14} />
      </span>
      <div>
        <p>{upperFirst(String(summary ?? entry.title))}</p>
        <p className="hint">
          {actor ? `${actor} · ` : ''}
          {typeof at === 'string' && <Moment iso={at} zone={timeZone} />}
        </p>
        {['create', 'update', 'delete', 'action'].includes(String(kind)) && <Details id={entry.id} model={model} />}
      </div>
    </li>
  );
}

/** Lists leave out what was before and after; it is read when somebody wants to see it. */
function Details({ id, model }: { id: string; model: string }) {
  const [isOpen, setOpen] = useState(false);
  const resource = useResource(model);
  const labelOf = (name: string) => resource?.columns.find((column) => column.name === name)?.label ?? name;
  const { data } = useLoad<RecordView>(isOpen ? apiPath('records', 'AuditEntry', id) : undefined);
  const { before, after, runId } = data?.values ?? {};
  const [old, fresh] = [asRecord(before), asRecord(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say('Details')}</summary>
      {typeof runId === 'string' && (
        <p>
          <Link to={runPath(runId)}>{say('Open the run')}</Link>
        </p>
      )}
      {data && names.length === 0 && typeof runId !== 'string' && <p className="hint">{say('No values were kept.')}</p>}
      <dl className="difference">
        {names.map((name) => (
          <div key={name}>
            <dt>{labelOf(name)}</dt>
            <dd>
              {name in old && <del>{sayValue(old[name])}</del>} {name in fresh && <ins>{sayValue(fresh[name])}</ins>}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function sayValue(value: unknown): string {
  if (value === null || value === '') return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
