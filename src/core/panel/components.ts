// What of ours stands in for AdminJS's own screens, and the style sheets that go with it. Browser code, named by file, never imported here.
import path from 'node:path';
import { projectRoot } from '../project.ts';

/** A browser component under `admin/` that takes the place of one of AdminJS's. */
export interface PanelComponent {
  /** The AdminJS component that it overrides (`ComponentLoader.override`). */
  overrides: 'Application';
  /** Absolute path of the file; its default export is the component. */
  file: string;
}

const adminFolder = path.join(projectRoot, 'admin');

/** AdminJS brings the page, the router, the store and the bundling; from `Application` inward every screen is ours. */
export const panelComponents: readonly PanelComponent[] = [
  { overrides: 'Application', file: path.join(adminFolder, 'application.tsx') },
];

/** The panel's style sheets as absolute paths: served as one file, joined in this order. */
export const panelStyles: readonly string[] = [
  'tokens',
  'base',
  'shell',
  'navigation',
  'parts',
  'states',
  'overlays',
  'fields',
  'list',
  'table',
  'filters',
  'record',
  'action',
  'run',
  'dashboard',
  'tools',
  'import',
  'account',
  'certificates',
  'workshops',
  'clubs',
  'print',
].map((name) => path.join(adminFolder, 'styles', `${name}.css`));
