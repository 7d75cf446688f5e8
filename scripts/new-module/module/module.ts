// {{Label}}: its table of contents. Say here in one sentence what staff do with it.
import { defineModule, plainEnvelope } from '../../core/index.ts';
import { {{records}} } from './resource.ts';
import { routes } from './routes.ts';

export default defineModule({
  name: '{{name}}',
  label: '{{Label}}',
  permissions: {
    '{{name}}:read': 'See {{records words}}',
    '{{name}}:manage': 'Add, change and delete {{records words}}',
    '{{name}}:export': 'Export {{records words}} as files',
  },
  resources: [{{records}}],
  routes: { envelope: plainEnvelope, list: routes },
  pages: { '/{{name}}/': '{{name}}/index.html' },
});
