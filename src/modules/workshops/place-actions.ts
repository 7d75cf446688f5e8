// What staff do with single places: take them away, give those of a plan, take a plan's back.
import { z } from 'zod';
import { action } from '../../core/index.ts';
import { applyPlacement, undoPlacement } from './applying.ts';
import { removeRegistration } from './registering.ts';

const manage = 'workshops:manage';
/** Why staff do it, in their words. */
export const reason = z
  .string()
  .trim()
  .min(3, 'must say why')
  .max(300)
  .meta({ label: 'Reason', help: 'The audit keeps it.' });

const removeRegistrations = action('WorkshopRegistration', {
  name: 'remove-registration',
  label: { one: 'Remove registration', many: 'Remove {count} registrations' },
  description:
    'The place becomes free, or goes to the waiting list. What a link binds together must be removed together, at the person.',
  permission: manage,
  icon: 'UserMinus',
  danger: true,
  form: z.object({ reason }),
  include: { attendee: true, workshop: true },
  preview: (row) => ({ summary: `${row.attendee.fullName} leaves ${row.workshop.title}` }),
  async each(row, { work, form }) {
    await removeRegistration(work, row.attendeeId, row.workshopId, { by: { staff: true, reason: form.reason } });
    return undefined;
  },
});

const applyPlacements = action('WorkshopPlacement', {
  name: 'apply-placement',
  label: { one: 'Give places', many: 'Give places to {count} people' },
  description:
    'Registers each person as the plan says. Whoever chose meanwhile, or whose place is gone, is left out with the reason.',
  permission: 'workshops:assign',
  icon: 'Play',
  eligible: [{ where: { state: { in: ['planned', 'undone'] } }, otherwise: 'is not waiting to be placed' }],
  include: { attendee: true },
  preview: (row) => ({ summary: `${row.attendee.fullName}: ${row.titles}` }),
  each: (row, { work }) => applyPlacement(work, row),
});

const undoPlacements = action('WorkshopPlacement', {
  name: 'undo-placement',
  label: { one: 'Take back', many: 'Take back {count} placements' },
  description: 'Removes exactly what the plan gave; what people chose themselves since stays.',
  permission: 'workshops:assign',
  icon: 'RotateCcw',
  eligible: [{ where: { state: 'applied' }, otherwise: 'was not applied' }],
  include: { attendee: true },
  preview: (row) => ({ summary: `${row.attendee.fullName} loses ${row.titles}` }),
  each: (row, { work }) => undoPlacement(work, row),
});

/** The actions on registrations. */
export const registrationActions = [removeRegistrations];
/** The actions on what a plan gives. */
export const placementActions = [applyPlacements, undoPlacements];
