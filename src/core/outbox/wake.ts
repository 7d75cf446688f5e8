// A bell inside one process: a commit with a message rings it, the delivery loop of the same instance wakes.
// Other instances need no bell, they look every second.

const bells = new Map<string, () => void>();

/** Sets what rings for this instance; returns the way to take it off again. */
export function onWakeDelivery(instanceId: string, ring: () => void): () => void {
  bells.set(instanceId, ring);
  return () => void bells.delete(instanceId);
}

/** Tells this process's delivery loop, if it runs one, that a message waits. */
export function wakeDelivery(instanceId: string): void {
  bells.get(instanceId)?.();
}
