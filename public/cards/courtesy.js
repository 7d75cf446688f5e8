// Speaking to the endpoint of cards: one action at a time, the answer as it came.

/** Calls an action and returns its answer; `error` is 0 or a code of the contract. Throws when there was no answer at all. */
export async function act(action, input = {}) {
  const response = await fetch('/api/courtesy', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ action, ...input }),
    referrerPolicy: 'no-referrer',
    credentials: 'same-origin',
  });
  const answer = await response.json();
  if (typeof answer.error !== 'number') throw new Error('no answer');
  return answer;
}

/** Uploads a file for a card, or as the own `avatar`, and returns the answer. */
export async function upload(file, kind = 'card_res') {
  const form = new FormData();
  form.append(kind, file);
  const response = await fetch(`/upload/${kind}`, { method: 'POST', body: form, credentials: 'same-origin' });
  return response.json();
}
