// What the panel's JSON API answers. Types only; the browser's code reads them too.
import type { CardContent } from '../module.ts';
import type { SessionView } from '../people/session-list.ts';
import type { OverTime } from '../records/by-day.ts';
import type { ResourceView } from '../records/describe.ts';
import type { RecordPage, RecordView } from '../records/records.ts';
import type { RunView } from '../runs/run.ts';
import type { Language } from '../words/language.ts';

/** What the panel knows as soon as it opens. */
export interface PanelState {
  product: string;
  operator: { id: string; name: string; email: string; role: string };
  /** system, light or dark. */
  theme: string;
  timeZone: string;
  /** `capture`: no mail server is configured, messages stay in the outbox. */
  mail: 'capture' | 'smtp';
  resources: ResourceView[];
  navigation: { group: string; items: { model: string; label: string; icon?: string }[] }[];
  /** No module has a record yet. */
  isEmpty: boolean;
  permissions: string[];
  /** Present in a restored copy that was not released yet. */
  silence?: { restoredAt: string; backupOf: string; waiting: number; mayRelease: boolean };
}

/** A record with short-lived links to the files that its columns name. */
export interface RecordWithFiles extends RecordView {
  files?: Record<string, string>;
  /** On the record's own page: the actions that would take it as it is now. */
  ready?: string[];
}

/** One page of a list with the order that it really has. */
export interface ListAnswer extends Omit<RecordPage, 'rows'> {
  rows: RecordWithFiles[];
  sort: { column: string; direction: 'asc' | 'desc' };
}

/** The start page. What the operator may not read is absent. */
export interface DashboardView {
  cards: (CardContent & {
    title: string;
    overTime?: OverTime;
    /** Said in place of the figures when they could not be worked out. */
    error?: string;
  })[];
  /** The jobs that the demo leads to; empty without the demo. */
  jobs: { title: string; description: string; href: string; isDone: boolean }[];
  runs?: {
    id: string;
    title: string;
    state: RunView['state'];
    actor: string;
    total: number;
    failed: number;
    createdAt: string;
  }[];
  outbox?: { counts: Record<string, number>; overTime?: OverTime };
  /** Runs of others that wait for this operator's approval, the oldest first. */
  approvals: WaitingRun[];
  /** Paused runs that this operator sees, the oldest first. */
  paused: WaitingRun[];
}

/** A run that goes no further by itself. */
export interface WaitingRun {
  id: string;
  title: string;
  actor: string;
  total: number;
  createdAt: string;
}

/** One's own account. */
export interface AccountView {
  name: string;
  email: string;
  role: string;
  /** Null: as the browser asks. */
  language: Language | null;
  secondFactor: { since: string | null; codesLeft: number; isRequired: boolean };
  sessions: SessionView[];
}

/** One page of a run's records. */
export interface RunItemsView {
  items: {
    recordId: string;
    recordTitle: string;
    outcome: keyof RunView['counts'];
    reason: string | null;
    finishedAt: string | null;
  }[];
  total: number;
  page: number;
  perPage: number;
}
