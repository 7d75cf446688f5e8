// The page of one record: what it is, what can be done with it, what belongs to it, what happened to it.
import React, { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { ActionDrawer } from '../action/action-drawer.tsx';
import { ownActions } from '../action/export-form.ts';
import { ApiError, post, sentenceOf } from '../api.ts';
import { ImportPage } from '../import/import-page.tsx';
import { useNotice } from '../notices.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Menu, MenuItem } from '../parts/menu.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { Loading, Missing, Trouble } from '../parts/states.tsx';
import { Computed, Value } from '../parts/value.tsx';
import { WarningBox } from '../parts/warning-box.tsx';
import { apiPath, listPath, mainPart, recordPath } from '../paths.ts';
import { RunPage } from '../run/run-page.tsx';
import { useLoad, useResource, useTitle } from '../state.tsx';
import { ToolFrame } from '../tools/tool-frame.tsx';
import type { ActionView, RecordView, ResourceView, ToolView, Warning } from '../types.ts';
import { lowerFirst, say, upperFirst } from '../words.ts';
import { Children } from './children.tsx';
import { EditForm } from './edit-form.tsx';
import { History } from './history.tsx';

/** The page at a record's address; `part` is `show`, `edit` or a tool's name. */
export function RecordPage() {
  const { model = '', id = '', part = 'show' } = useParams();
  const resource = useResource(model);
  // A run's address is its page, also for those who see their own runs but not the list of all.
  if (model === 'Run') return <RunPage key={id} />;
  if (model === 'Import') return <ImportPage key={id} />;
  if (!resource) return <Missing />;
  return <Loaded key={`${model} ${id}`} resource={resource} id={id} part={part} />;
}

function Loaded({ resource, id, part }: { resource: ResourceView; id: string; part: string }) {
  const { data: record, error, reload } = useLoad<RecordView>(apiPath('records', resource.model, id));
  useTitle(record?.title);
  if (error !== undefined && !record) return <Trouble error={error} retry={reload} />;
  if (!record) return <Loading rows={6} label={say('Loading the {one}', { one: lowerFirst(resource.label.one) })} />;
  const tool = resource.tools.find(({ name }) => name === part);
  return (
    <div className="page">
      <RecordHead resource={resource} record={record} isEditing={part === 'edit'} tool={tool} reload={reload} />
      <RecordTabs resource={resource} record={record} part={part} />
      {part === 'edit' && record.may.update && <EditForm resource={resource} record={record} saved={reload} />}
      {tool && <ToolFrame key={tool.name} tool={tool} resource={resource} record={record} acted={reload} />}
      {part === 'show' && (
        <>
          <Values resource={resource} record={record} />
          <Children resource={resource} record={record} />
          <History model={resource.model} id={id} version={record.version} />
        </>
      )}
    </div>
  );
}

interface HeadProps {
  resource: ResourceView;
  record: RecordView;
  isEditing: boolean;
  /** The part that is open, which may draw some of the actions itself. */
  tool?: ToolView;
  reload: () => void;
}

function RecordHead({ resource, record, isEditing, tool, reload }: HeadProps) {
  const [acting, setActing] = useState<ActionView>();
  const [isDeleting, setDeleting] = useState(false);
  const actions = ownActions(resource.actions).filter(({ name }) => !tool?.actions.includes(name));
  const first = tool?.actions.length ? undefined : actions.find(({ id }) => record.ready?.includes(id));
  const others = actions.filter((one) => one !== first);
  return (
    <header className="page-head">
      <div>
        <p className="crumbs">
          <Link to={listPath(resource.model)}>{upperFirst(resource.label.many)}</Link>
        </p>
        <h1 tabIndex={-1}>{record.title}</h1>
      </div>
      <div className="head-actions">
        {first && (
          <button
            type="button"
            className={first.danger ? 'button danger-quiet' : 'button primary'}
            onClick={() => setActing(first)}
          >
            <Icon name={first.icon ?? 'Play'} /> {first.label.one}
          </button>
        )}
        {record.may.update && !isEditing && (
          <Link className="button" to={recordPath(resource.model, record.id, 'edit')}>
            <Icon name="Edit2" /> {say('Edit')}
          </Link>
        )}
        {(others.length > 0 || record.may.delete) && (
          <Menu className="button" label={say('More actions')} button={<Icon name="MoreHorizontal" />}>
            {(close) => (
              <>
                {others.map((action) => (
                  <MenuItem
                    key={action.id}
                    danger={action.danger}
                    choose={() => {
                      close();
                      setActing(action);
                    }}
                  >
                    <Icon name={action.icon ?? 'Play'} /> {action.label.one}
                  </MenuItem>
                ))}
                {record.may.delete && (
                  <MenuItem
                    danger
                    choose={() => {
                      close();
                      setDeleting(true);
                    }}
                  >
                    <Icon name="Trash2" /> {say('Delete')}
                  </MenuItem>
                )}
              </>
            )}
          </Menu>
        )}
      </div>
      {isDeleting && <DeleteDialog resource={resource} record={record} close={() => setDeleting(false)} />}
      {acting && (
        <ActionDrawer
          action={acting}
          resource={resource}
          selection={{ ids: [record.id] }}
          count={1}
          close={() => {
            setActing(undefined);
            reload();
          }}
        />
      )}
    </header>
  );
}

function DeleteDialog({ resource, record, close }: { resource: ResourceView; record: RecordView; close: () => void }) {
  const notify = useNotice();
  const navigate = useNavigate();
  const [isBusy, setBusy] = useState(false);
  const [warning, setWarning] = useState<Warning>();
  const one = lowerFirst(resource.label.one);
  const remove = async () => {
    setBusy(true);
    try {
      const accepted = warning ? { accepted: warning.mark } : {};
      await post(apiPath('records', resource.model, record.id, 'delete'), accepted);
      notify(say('“{title}” was deleted.', { title: record.title }));
      navigate(listPath(resource.model), { replace: true });
    } catch (error) {
      setBusy(false);
      if (error instanceof ApiError && error.warning) return setWarning(error.warning);
      notify(sentenceOf(error), 'bad');
      close();
    }
  };
  return (
    <Confirm
      title={say('Delete this {one}?', { one })}
      label={warning ? say('Delete all the same') : say('Delete the {one}', { one })}
      isBusy={isBusy}
      yes={remove}
      no={close}
    >
      <p>
        {sayParts('{title} will be gone for good. This cannot be undone.', { title: <strong>{record.title}</strong> })}
      </p>
      <WarningBox warning={warning} />
    </Confirm>
  );
}

// On a narrow screen the open tab may lie beyond the edge of its row.
function intoView(tab: HTMLElement | null): void {
  tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function RecordTabs({ resource, record, part }: { resource: ResourceView; record: RecordView; part: string }) {
  if (resource.tools.length === 0) return null;
  const overview = { name: 'show', label: say('Overview') };
  const tabs = mainPart(resource) === 'show' ? [overview, ...resource.tools] : [...resource.tools, overview];
  return (
    <nav className="tabs" aria-label={say('Parts of this {one}', { one: lowerFirst(resource.label.one) })}>
      {tabs.map(({ name, label }) => (
        <Link
          key={name}
          className="tab"
          to={recordPath(resource.model, record.id, name)}
          aria-current={part === name ? 'page' : undefined}
          ref={part === name ? intoView : undefined}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

function Values({ resource, record }: { resource: ResourceView; record: RecordView }) {
  const columns = resource.columns.filter(({ show }) => show);
  const computed = resource.computed.filter(({ show }) => show);
  return (
    <section className="card" aria-label={say('Values')}>
      <dl className="facts wide">
        {columns.map((column) => (
          <React.Fragment key={column.name}>
            <dt>{column.label}</dt>
            <dd>
              <Value column={column} record={record} isWide />
            </dd>
          </React.Fragment>
        ))}
        {computed.map((column) => (
          <React.Fragment key={column.name}>
            <dt>{column.label}</dt>
            <dd>
              <Computed column={column} value={record.values[column.name]} />
            </dd>
          </React.Fragment>
        ))}
      </dl>
    </section>
  );
}
