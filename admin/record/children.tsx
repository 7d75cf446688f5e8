// What belongs to a record: the first pages of other lists, narrowed to it, each with the way to the whole list.
import React, { useState } from 'react';
import { Link } from 'react-router-dom';
import { listColumns } from '../list/list-page.tsx';
import { Paging } from '../list/paging.tsx';
import { RecordTable } from '../list/table.tsx';
import { Icon } from '../parts/icon.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { apiPath, listPath } from '../paths.ts';
import { useLoad, useResource } from '../state.tsx';
import type { ListAnswer, RecordView, ResourceView } from '../types.ts';
import { say, sayTotal } from '../words.ts';

const perPage = 10;

/** Draws the child lists of a record. */
export function Children({ resource, record }: { resource: ResourceView; record: RecordView }) {
  return (
    <>
      {resource.children.map((child) => (
        <ChildList key={`${child.resource} ${child.by}`} {...child} parentId={record.id} />
      ))}
    </>
  );
}

function ChildList(props: { resource: string; by: string; label: string; parentId: string }) {
  const resource = useResource(props.resource);
  const [page, setPage] = useState(1);
  const filter = { [`f.${props.by}.is`]: props.parentId };
  const query = new URLSearchParams({ ...filter, page: String(page), perPage: String(perPage) }).toString();
  const { data, error, reload, isLoading } = useLoad<ListAnswer>(apiPath('records', props.resource), query);
  if (!resource) return null;
  const columns = listColumns(resource).filter(({ column }) => column.name !== props.by);
  return (
    <section className="card flush" aria-label={props.label}>
      <div className="card-head">
        <h2>
          {props.label} {data && <span className="count">{sayTotal(data.total, data.totalIsMore)}</span>}
        </h2>
        <Link to={listPath(props.resource, filter)}>
          {say('Open the list')} <Icon name="ArrowRight" size={14} />
        </Link>
      </div>
      {error !== undefined && !data && <Trouble error={error} retry={reload} />}
      {!data && error === undefined && <Loading rows={3} />}
      {data && data.rows.length > 0 && (
        <div className="table-frame bare">
          <RecordTable resource={resource} columns={columns} rows={data.rows} actions={[]} isStale={isLoading} />
        </div>
      )}
      {data && data.rows.length === 0 && <p className="hint pad">{say('None yet.')}</p>}
      {data && data.total > perPage && (
        <Paging
          page={page}
          perPage={perPage}
          total={data.total}
          totalIsMore={data.totalIsMore}
          shown={data.rows.length}
          go={setPage}
        />
      )}
    </section>
  );
}
