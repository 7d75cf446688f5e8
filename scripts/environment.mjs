// The variables of `.env` (see .env.example); what is set outside wins.
import './node-version.mjs';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import util from 'node:util';

/** Adds what `.env` says to this process's environment. */
export function readEnvironment(root) {
  const file = path.join(root, '.env');
  const given = existsSync(file) ? util.parseEnv(readFileSync(file, 'utf8')) : {};
  for (const [name, value] of Object.entries(given)) process.env[name] ??= value;
  process.env.NODE_ENV ??= 'development';
}
