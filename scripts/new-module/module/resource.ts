// How {{records words}} appear in the panel. What is not listed here does not exist there.
import { z } from 'zod';
import { resource } from '../../core/index.ts';
import { create{{Record}} } from './service.ts';

const read = '{{name}}:read';
const manage = '{{name}}:manage';

/** The list of {{records words}}. */
export const {{records}} = resource('{{Record}}', {
  label: { one: '{{record words}}', many: '{{records words}}' },
  group: '{{Label}}',
  icon: 'Box',
  title: 'name',
  permissions: { read, create: manage, update: manage, delete: manage, export: '{{name}}:export' },
  columns: {
    name: {
      label: 'Name',
      search: true,
      filter: true,
      sort: true,
      create: true,
      update: true,
      rule: z.string().trim().min(1, 'is missing').max(200, 'is too long'),
    },
    note: {
      label: 'Note',
      display: 'longText',
      list: false,
      create: true,
      update: true,
      rule: z.string().trim().max(2000, 'is too long'),
    },
    createdAt: { label: 'Added', filter: true, sort: true },
  },
  sort: ['createdAt', 'desc'],
  write: { create: (work, values) => create{{Record}}(work, values) },
  empty: 'Nothing here yet. Add the first {{record words}}.',
});
