// Which heading means which column: remembered for the same headings, else guessed. Its rule: a guess never takes a heading twice.
import { createHash } from 'node:crypto';
import type { Core } from '../core.ts';
import type { Transaction } from '../model.ts';
import type { ImportTarget } from './context.ts';

/** Column → place of its cell. */
export type Mapping = Record<string, number>;

/** Returns what was chosen last for these headings, completed by guesses where nothing was. */
export async function guessMapping(
  core: Core,
  model: string,
  header: readonly string[],
  targets: readonly ImportTarget[],
): Promise<Mapping> {
  const kept = await core.db.setting.findUnique({ where: { key: settingKey(model, header) } });
  if (!kept) return guess(header, targets);
  const remembered = kept.value as Mapping;
  return Object.fromEntries(
    targets.flatMap(({ name }) => {
      const at = Object.hasOwn(remembered, name) ? remembered[name] : undefined;
      return typeof at === 'number' && at < header.length ? [[name, at] as const] : [];
    }),
  );
}

/** Keeps what was chosen for these headings. */
export async function rememberMapping(
  tx: Transaction,
  model: string,
  header: readonly string[],
  mapping: Mapping,
): Promise<void> {
  const key = settingKey(model, header);
  await tx.setting.upsert({ where: { key }, create: { key, value: mapping }, update: { value: mapping } });
}

function settingKey(model: string, header: readonly string[]): string {
  return `import:${model}:${createHash('sha256').update(JSON.stringify(header)).digest('base64url').slice(0, 24)}`;
}

function guess(header: readonly string[], targets: readonly ImportTarget[]): Mapping {
  const mapping: Mapping = {};
  const taken = new Set<number>();
  // Exact names first, so that a loose guess does not take what another column is called.
  for (const fits of [isNamed, isGuessed])
    for (const target of targets) {
      if (Object.hasOwn(mapping, target.name)) continue;
      const at = header.findIndex((heading, place) => heading !== '' && !taken.has(place) && fits(heading, target));
      if (at < 0) continue;
      mapping[target.name] = at;
      taken.add(at);
    }
  return mapping;
}

function isNamed(heading: string, { name, spec }: ImportTarget): boolean {
  return [spec.label, name].some((word) => bare(word) === bare(heading));
}

function isGuessed(heading: string, { spec }: ImportTarget): boolean {
  return (spec.guesses ?? []).some((one) =>
    typeof one === 'string' ? bare(one) === bare(heading) : one.test(heading),
  );
}

function bare(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
