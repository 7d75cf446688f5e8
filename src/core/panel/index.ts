// The panel's one door. AdminJS is loaded only here and only when a panel is built: the worker and the command line do without it.
import type { Core } from '../core.ts';
import type { Router } from '../web/express.ts';
import { buildPanelApi } from './api.ts';
import { loadAssets } from './assets.ts';
import { ensureBundle } from './bundle.ts';
import { buildGate } from './gate.ts';

/** Builds the router of /admin. Our browser components are bundled first where that was not done at build time. */
export async function buildPanel(core: Core, options: { componentsFile?: string } = {}): Promise<Router> {
  const componentsFile = options.componentsFile ?? (await ensureBundle());
  // AdminJS asks for this when it is initialised; it must never bundle by itself at run time.
  process.env.ADMIN_JS_SKIP_BUNDLE = 'true';
  const { appendAdmin } = await import('./admin.ts');
  const gate = buildGate(core, loadAssets(componentsFile, core.modules), buildPanelApi(core));
  appendAdmin(core, gate);
  return gate;
}
