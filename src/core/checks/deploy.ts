// What is not fit for production: of the configuration, of this machine, of what the database holds. See `steward check --deploy`.
// The rule: each finding has a lasting id, says what is wrong and what to type; "serious" ones would harm people.
import type { Config } from '../config/config.ts';
import type { Core } from '../core.ts';
import type { DeployFacts, DeployProblem } from './deploy-finding.ts';
import { aboutFiles, aboutPlace, aboutSecrets } from './deploy-keeping.ts';
import { aboutAddress, aboutMail } from './deploy-reach.ts';

/** Returns what is not fit for production; the serious ones first. */
export function deployProblems(config: Config, facts: DeployFacts): DeployProblem[] {
  const all = [
    ...aboutAddress(config),
    ...aboutSecrets(config, facts),
    ...aboutMail(config),
    ...aboutFiles(config, facts),
    ...aboutPlace(config, facts),
  ];
  return all.sort((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id));
}

/** Gathers the facts of a running core. */
export async function deployFacts(core: Core): Promise<DeployFacts> {
  const [administrators, demo, endlessKeys, storageTrouble, isScannerThere] = await Promise.all([
    core.db.operator.count({ where: { state: 'active', role: { is: { permissions: { has: '*' }, scope: 'all' } } } }),
    core.db.setting.findUnique({ where: { key: 'demo' } }),
    core.db.apiKey.count({ where: { revokedAt: null, expiresAt: null } }),
    core.files.check().then(
      () => undefined,
      (error: Error) => error.message,
    ),
    core.files.isScannerThere(),
  ]);
  return {
    isKeyGiven: core.config.isKeyGiven,
    isRoot: process.getuid?.() === 0,
    hasAdministrator: administrators > 0,
    hasDemo: demo !== null,
    endlessKeys,
    storageTrouble,
    isScannerAway: !isScannerThere,
  };
}

function rank({ level }: DeployProblem): number {
  return level === 'serious' ? 0 : 1;
}
