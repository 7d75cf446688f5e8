// What the panel and the server say to each other. Types only: no value of the server ever comes into the browser's bundle.

export type { Preview, ValueKind } from '../src/core/action.ts';
export type { ToldWarning as Warning } from '../src/core/errors.ts';
export type { ImportRowView, ImportView } from '../src/core/imports/imports.ts';
export type {
  AccountView,
  DashboardView,
  ListAnswer,
  PanelState,
  RecordWithFiles as RecordView,
  RunItemsView,
} from '../src/core/panel/api-shapes.ts';
export type { SessionView } from '../src/core/people/session-list.ts';
export type { OverTime } from '../src/core/records/by-day.ts';
export type { ActionView, ColumnView, ComputedView, ResourceView, ToolView } from '../src/core/records/describe.ts';
export type { FormField } from '../src/core/records/form.ts';
export type { Selection } from '../src/core/records/selection.ts';
export type { PlanSample } from '../src/core/runs/approval.ts';
export type { ActionPreview, RunView } from '../src/core/runs/run.ts';
export type { SecondPersonChoice } from '../src/core/runs/second-person.ts';
export type { Figure, Tone } from './words.ts';
