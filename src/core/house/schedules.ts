// Schedules in the panel. The rule: whoever makes or changes one needs the action's own permission, and it then acts in his name.
import { z } from 'zod';
import { plannedAction, takenOver } from '../doors/schedules.ts';
import { resource } from '../resource.ts';

const permission = 'core:schedules';
const text = (longest: number) => z.string().trim().min(1, 'is missing').max(longest, 'is too long');

/** Actions that start by themselves. */
export const schedules = resource('Schedule', {
  label: { one: 'schedule', many: 'schedules' },
  group: 'Work',
  icon: 'Clock',
  title: 'name',
  permissions: { read: permission, create: permission, update: permission, delete: permission },
  scopes: { '*': (actor) => ({ operatorId: { in: actor.kind === 'operator' && actor.id ? [actor.id] : [] } }) },
  columns: {
    name: { label: 'Name', filter: true, sort: true, create: true, update: true, rule: text(100) },
    action: {
      label: 'Action',
      filter: true,
      create: true,
      update: true,
      choices: (actor, registry) =>
        [...registry.actions.values()]
          .filter((one) => actor.permissions.has('*') || actor.permissions.has(one.action.permission))
          .map(({ id, action, resource: of }) => ({ value: id, label: `${action.label.one} (${of.label.many})` })),
    },
    selection: {
      label: 'Records',
      help: 'A condition a line, such as state.is=added; or all; or ids=…; or view=…',
      display: 'longText',
      list: false,
      create: true,
      update: true,
      rule: text(70_000),
    },
    form: {
      label: 'Form',
      help: 'What the action asks for, a line each: name=value.',
      display: 'longText',
      list: false,
      create: true,
      update: true,
    },
    cron: {
      label: 'Times',
      help: 'Minute, hour, day, month, weekday, in the time zone of the panel: “30 7 * * 1” is Mondays at 7:30.',
      create: true,
      update: true,
      rule: text(100),
    },
    enabled: { label: 'On', filter: true, create: true, update: true },
    nextAt: { label: 'Next start', sort: true, filter: true },
    lastRunAt: { label: 'Last start', sort: true, filter: true },
    lastResult: { label: 'Result', words: true },
    lastRunId: { label: 'Run', list: false },
    createdAt: { label: 'Made', list: false, sort: true },
  },
  computed: {
    operator: {
      label: 'In the name of',
      async of(rows, core) {
        const where = { id: { in: rows.map(({ id }) => id) } };
        const found = await core.db.schedule.findMany({ where, select: { id: true, operatorId: true } });
        const people = await core.db.operator.findMany({
          where: { id: { in: found.map(({ operatorId }) => operatorId) } },
          select: { id: true, name: true, email: true },
        });
        const names = new Map(people.map(({ id, name, email }) => [id, name || email]));
        return Object.fromEntries(found.map(({ id, operatorId }) => [id, names.get(operatorId) ?? '']));
      },
    },
  },
  sort: ['name', 'asc'],
  views: [{ label: 'On', where: { enabled: true } }],
  write: {
    create(work, values) {
      const { name = '', action = '', selection = '', cron = '', enabled = true } = values;
      const plan = { action, selection, cron, form: values.form ?? '' };
      const data = { name, ...plan, enabled, ...takenOver(work, plan) };
      return work.tx.schedule.create({ data, select: { id: true } });
    },
    async update(work, row, values) {
      plannedAction(work.core, work.actor, row.action);
      const after = { ...row, ...values };
      await work.tx.schedule.update({ where: { id: row.id }, data: { ...values, ...takenOver(work, after) } });
    },
    async delete(work, row) {
      // One whose action is no longer declared may be thrown away by whoever manages schedules.
      if (work.core.registry.actions.has(row.action)) plannedAction(work.core, work.actor, row.action);
      await work.tx.schedule.delete({ where: { id: row.id } });
    },
  },
  empty: 'Nothing starts by itself yet.',
});
