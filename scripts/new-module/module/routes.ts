// The public addresses of the module.
import { type LimitRule, route } from '../../core/index.ts';
import { list{{Records}} } from './service.ts';

const looking: LimitRule = { name: '{{name}}.list', points: 120, seconds: 60 };

const list = route({
  method: 'get',
  path: '/api/{{name}}',
  summary: 'The names of all {{records words}}',
  limits: [looking],
  docs: { answer: { {{records}}: [{ name: 'An example' }] } },
  async handle({ core }) {
    return { {{records}}: await list{{Records}}(core.db) };
  },
});

/** All routes of the module. */
export const routes = [list];
