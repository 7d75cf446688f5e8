// Names our browser components to AdminJS by their files; both the running panel and the bundler ask here.
import { ComponentLoader } from 'adminjs';
import { panelComponents } from './components.ts';

/** Builds the loader of our components. Throws when a file is missing. */
export function componentLoader(): ComponentLoader {
  const loader = new ComponentLoader();
  for (const { overrides, file } of panelComponents) loader.override(overrides, file);
  return loader;
}
