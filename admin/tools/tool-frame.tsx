// Puts a tool's component on a record's page and binds its data and calls to the record.
import React, { useMemo } from 'react';
import { get, post } from '../api.ts';
import { Empty } from '../parts/states.tsx';
import { apiPath } from '../paths.ts';
import type { RecordView, ResourceView, ToolView } from '../types.ts';
import { say } from '../words.ts';
import { tools } from './registry.ts';
import type { ToolProps } from './tool.ts';

interface FrameProps {
  tool: ToolView;
  resource: ResourceView;
  record: RecordView;
  acted: () => void;
}

/** Draws a tool. */
export function ToolFrame({ tool, resource, record, acted }: FrameProps) {
  const { model } = resource;
  const recordId = record.id;
  const bound = useMemo<Pick<ToolProps, 'load' | 'call'>>(
    () => ({
      load: () => get(apiPath('tools', model, recordId, tool.name)),
      call: (name, input = {}, file) =>
        post(apiPath('tools', model, recordId, tool.name, name), file ? withFile(input, file) : input),
    }),
    [model, recordId, tool.name],
  );
  const Component = tools[tool.component];
  if (!Component)
    return (
      <Empty
        icon="Tool"
        title={say('The screen “{component}” is not part of this panel.', { component: tool.component })}
      />
    );
  const actions = resource.actions.filter(({ name, id }) => tool.actions.includes(name) && record.ready?.includes(id));
  return <Component model={model} recordId={recordId} actions={actions} acted={acted} {...bound} />;
}

function withFile(input: object, { field, file }: { field: string; file: File }): FormData {
  const form = new FormData();
  form.append('input', JSON.stringify(input));
  form.append(field, file);
  return form;
}
