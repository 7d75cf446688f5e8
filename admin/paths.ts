// Where things are: the panel's own addresses, built as AdminJS builds them, and those of its JSON API.
const root = '/admin';

/** Returns the address of the start page. */
export const homePath = () => root;

/** Returns the address of a place that the server names from below the panel, such as `/resources/Club?view=0`. */
export const panelPath = (below: string) => `${root}${below}`;

/** Returns the address of one's own account. */
export const accountPath = () => `${root}/account`;

/** Returns the address where actions are chosen that need a second person. */
export const secondPersonPath = () => `${root}/second-person`;

/** Returns the address of a resource's list, with a query if one is given. */
export function listPath(model: string, query?: URLSearchParams | Record<string, string>): string {
  const search = new URLSearchParams(query).toString();
  return `${root}/resources/${encodeURIComponent(model)}${search ? `?${search}` : ''}`;
}

/** Returns the address of the form for a new record. */
export const newPath = (model: string) => `${listPath(model)}/actions/new`;

/** Returns the address where a spreadsheet is imported into a resource. */
export const importPath = (model: string) => `${listPath(model)}/actions/import`;

/** Returns the address of a record's page: `show`, `edit`, or a tool's name. */
export function recordPath(model: string, id: string, part = 'show'): string {
  return `${listPath(model)}/records/${encodeURIComponent(id)}/${encodeURIComponent(part)}`;
}

/** Returns the part of a record's page to open first: the tool that is declared to be it, or the overview. */
export function mainPart(resource: { tools: { name: string; opensFirst?: true }[] }): string {
  return resource.tools.find(({ opensFirst }) => opensFirst)?.name ?? 'show';
}

/** Returns the address of a run's page. */
export const runPath = (id: string) => recordPath('Run', id);

/** Returns an address below the panel's JSON API; each part is escaped. */
export function apiPath(...parts: string[]): string {
  return `${root}/api/steward/${parts.map(encodeURIComponent).join('/')}`;
}

/** Returns where the sign-out form is sent. */
export const signOutPath = `${root}/logout`;
