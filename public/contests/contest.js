// What the pages of contests share: which contest they are about, and how they speak to its API.
const slug = new URLSearchParams(location.search).get('contest');
const named = slug && /^[a-z0-9-]{1,80}$/.test(slug) ? slug : undefined;
const base = named ? `/api/contests/${named}/participants` : '/api/participants';

/** The query that keeps the contest from page to page. */
export const query = named ? `?contest=${named}` : '';

/** Asks the API in the page's language. Returns status, body and the seconds after which to ask again; status 0: no answer. */
export async function ask(path, body) {
  try {
    const response = await fetch(path.startsWith('/api/') ? path : `${base}${path}`, {
      method: body ? 'POST' : 'GET',
      credentials: 'omit',
      headers: {
        'Accept-Language': document.documentElement.lang,
        ...(body ? { 'Content-Type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const retryAfter = Number(response.headers.get('Retry-After') ?? 0);
    return { status: response.status, body: await response.json(), retryAfter, headers: response.headers };
  } catch {
    return { status: 0, body: {}, retryAfter: 0 };
  }
}

/** Tells what the contest says about itself. */
export function askContest() {
  return ask(`/api/contests/${named ?? 'current'}`);
}
