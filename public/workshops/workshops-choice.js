// What somebody has picked on the page, under the links: pure, so that the page only draws. The server checks everything again.

/** Returns the other half of each link of a workshop. */
export function linksOf(page, id) {
  return page.links
    .filter(({ first, second }) => first.id === id || second.id === id)
    .map(({ first, second, type }) => ({ other: first.id === id ? second : first, type }));
}

/** Returns the workshop that keeps this one from being picked; undefined when nothing does. */
export function blockerOf(page, picked, id) {
  const own = bundleOf(page, id);
  for (const one of own)
    for (const { other, type } of linksOf(page, one))
      if (type === 'exclusive' && picked.has(other.id) && !own.has(other.id)) return other;
  return undefined;
}

/** Returns a workshop with all that must be taken together with it. */
export function bundleOf(page, id, found = new Set()) {
  if (found.has(id)) return found;
  found.add(id);
  for (const { other, type } of linksOf(page, id)) if (type === 'inclusive') bundleOf(page, other.id, found);
  return found;
}

/** Picks a workshop with its bundle; whatever stood at the same moments goes with its own bundle. Returns the new set. */
export function pick(page, picked, id) {
  const momentOf = new Map(page.workshops.map((one) => [one.id, one.moment]));
  const bundle = bundleOf(page, id);
  const moments = new Set([...bundle].map((one) => momentOf.get(one)));
  const next = new Set(picked);
  for (const one of picked) if (moments.has(momentOf.get(one)) && !bundle.has(one)) drop(page, next, one);
  for (const one of bundle) next.add(one);
  return next;
}

/** Takes a workshop out with its bundle; changes the set that is given. */
export function drop(page, picked, id) {
  for (const one of bundleOf(page, id)) picked.delete(one);
  return picked;
}

/** Returns the other half of a bundle that has no place left for somebody new; undefined when all have one. */
export function fullPartnerOf(page, id) {
  const bundle = [...bundleOf(page, id)].filter((one) => one !== id);
  return page.workshops.find((one) => bundle.includes(one.id) && one.left <= 0 && !page.registrations.includes(one.id));
}
