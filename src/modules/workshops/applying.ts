// Applying a plan, person by person, and taking it back. The rule: places are given through the one place that writes registrations; taking
// back removes exactly what the plan gave and nothing that people chose since.
import { conflict, type Row, type Skip, skip, type Work } from '../../core/index.ts';
import { changeRegistrations } from './registering.ts';

/** Gives somebody what a plan says, beside what they have. Ends as skipped when they chose meanwhile; throws the refusal of a rule. */
export async function applyPlacement(work: Work, placement: Row<'WorkshopPlacement'>): Promise<Skip | undefined> {
  if (placement.state !== 'planned' && placement.state !== 'undone') return skip('is not waiting to be placed');
  const { tx } = work;
  const planned = await tx.workshop.findMany({ where: { id: { in: placement.workshopIds } } });
  if (planned.length < placement.workshopIds.length) throw conflict('A workshop of the plan does not exist any more.');
  const plan = await tx.workshopPlan.findUniqueOrThrow({ where: { id: placement.planId } });
  await changeRegistrations(
    work,
    placement.attendeeId,
    (current) => [...current, ...placement.workshopIds.filter((id) => !current.includes(id))],
    { by: { staff: true, reason: `plan ${plan.number} for the undecided` }, planId: placement.planId },
  );
  await tx.workshopPlacement.update({ where: { id: placement.id }, data: { state: 'applied' } });
  return undefined;
}

/** Takes back what the plan gave somebody and they still have. */
export async function undoPlacement(work: Work, placement: Row<'WorkshopPlacement'>): Promise<Skip | undefined> {
  if (placement.state !== 'applied') return skip('was not applied');
  const { tx } = work;
  const given = await tx.workshopRegistration.findMany({
    where: { attendeeId: placement.attendeeId, planId: placement.planId },
    select: { workshopId: true },
  });
  const ids = new Set(given.map(({ workshopId }) => workshopId));
  const plan = await tx.workshopPlan.findUniqueOrThrow({ where: { id: placement.planId } });
  await changeRegistrations(work, placement.attendeeId, (current) => current.filter((id) => !ids.has(id)), {
    by: { staff: true, reason: `plan ${plan.number} was taken back` },
  });
  await tx.workshopPlacement.update({ where: { id: placement.id }, data: { state: 'undone' } });
  return undefined;
}
