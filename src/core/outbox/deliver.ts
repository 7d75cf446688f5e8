// The delivery: claims messages, sends several at a time, writes down how each ended.
// Its rule: from the claim on, every way out of here leaves a state behind.
import { setTimeout as sleep } from 'node:timers/promises';
import { endAlarm, raiseAlarm } from '../alarms.ts';
import type { Core } from '../core.ts';
import { publicFace } from '../errors.ts';
import { withLogContext } from '../log.ts';
import { phrase } from '../words/catalogue.ts';
import { claimMessages, isCaptured, pauseServer, serverKey, usualServer } from './claim.ts';
import { type Channel, type ClaimedMessage, channels, type Delivery, type Transport } from './delivery.ts';
import { openEmail } from './email.ts';
import { settleDelivery } from './settle.ts';
import { openSms } from './sms.ts';
import { findSuppression } from './suppression.ts';
import { onWakeDelivery } from './wake.ts';
import { openWebhooks } from './webhook.ts';

const lanes = 4;
const pauseAfterRefusedLogin = 300;
const pauseWhileOutOfReach = 5;
const longestWait = 1_000;

/** The delivery of this process. */
export interface RunningDelivery {
  /** Claims no more, waits until what is in flight has its answer. */
  stop(): Promise<void>;
}

/** Starts to deliver, each channel by itself; instances share the queue and its rates. */
export function startDelivery(core: Core): RunningDelivery {
  const open = { email: openEmail, sms: openSms, webhook: openWebhooks };
  const running = channels.map((channel) => deliverChannel(core, channel, open[channel](core)));
  const takeOff = onWakeDelivery(core.instanceId, () => {
    for (const one of running) one.ring();
  });
  return {
    async stop() {
      takeOff();
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}

function deliverChannel(core: Core, channel: Channel, transport: Transport): RunningDelivery & { ring(): void } {
  const inFlight = new Set<Promise<void>>();
  const bell = makeBell();
  let isStopping = false;

  const loop = async () => {
    while (!isStopping) {
      if (inFlight.size >= lanes) {
        await Promise.race(inFlight);
        continue;
      }
      const claim = await claimMessages(core, channel).catch((error: unknown) => {
        core.log.warn({ err: error, channel }, 'the outbox could not be read');
        return { waitMs: longestWait };
      });
      if ('waitMs' in claim) await bell.wait(Math.min(claim.waitMs, longestWait));
      else for (const message of claim.messages) launch(message);
    }
  };
  const launch = (message: ClaimedMessage) => {
    const flight = withLogContext(message.runId ? { runId: message.runId } : {}, () =>
      deliver(core, transport, message, () => isStopping),
    ).finally(() => inFlight.delete(flight));
    inFlight.add(flight);
  };

  const running = loop();
  return {
    ring: bell.ring,
    async stop() {
      isStopping = true;
      bell.ring();
      await running;
      await Promise.all(inFlight);
      transport.close();
    },
  };
}

async function deliver(
  core: Core,
  transport: Transport,
  message: ClaimedMessage,
  isStopping: () => boolean,
): Promise<void> {
  const delivery = await tryToSend(core, transport, message);
  await untilWritten(core, isStopping, async () => {
    if (delivery.kind === 'login') await noteRefusedLogin(core, delivery);
    if (delivery.kind === 'accepted' && delivery.provider !== 'capture')
      await endAlarm(core.db, loginAlarm(delivery.provider));
    await pauseIfAsked(core, message, delivery);
    await settleDelivery(core, message, delivery);
  });
}

// The answer is known and must be kept: while this process lives nobody else can say what became of the message.
async function untilWritten(core: Core, isStopping: () => boolean, write: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      core.log.error({ err: error, tries }, 'the end of a delivery could not be written down yet');
      if (isStopping() && tries >= 3) return;
      await sleep(Math.min(1_000 * tries, 5_000));
    }
  }
}

// Webhooks have as many servers as receivers: one that is away, or busy, is no reason to stop the others.
async function pauseIfAsked(core: Core, message: ClaimedMessage, delivery: Delivery): Promise<void> {
  if (message.channel === 'webhook') return;
  const isAway = delivery.kind === 'offline' ? pauseWhileOutOfReach : 0;
  const seconds = Math.max(isAway, delivery.retryAfter ?? 0);
  if (seconds > 0) await pauseServer(core, delivery.provider, seconds);
}

async function tryToSend(core: Core, transport: Transport, message: ClaimedMessage): Promise<Delivery> {
  const { channel, mailAccountId } = message;
  const provider = mailAccountId === null ? usualServer(core, channel as Channel) : serverKey(mailAccountId);
  const nothing = { provider, providerId: null };
  try {
    if (message.notAfter && message.notAfter <= new Date())
      return { ...nothing, kind: 'suppressed', reply: phrase('Not sent: its time was over.') };
    const stop = await findSuppression(core, core.db, message);
    if (stop) return { ...nothing, kind: 'suppressed', reply: phrase(`Not sent: ${stop}.`) };
    if (isCaptured(core, channel) && mailAccountId === null) return captured(channel);
    return await transport.send(message);
  } catch (error) {
    const face = publicFace(error);
    if (face.status >= 500) {
      core.log.error({ err: error, messageId: message.id }, 'a message could not be prepared');
      return { ...nothing, kind: 'later', reply: face.message };
    }
    return { ...nothing, kind: 'refused', reply: face.message };
  }
}

function captured(channel: string): Delivery {
  const what = channel === 'sms' ? phrase('no SMS provider is configured') : phrase('no mail server is configured');
  return { kind: 'accepted', reply: phrase(`Kept, not sent: ${what}.`), provider: 'capture', providerId: null };
}

async function noteRefusedLogin(core: Core, { provider, reply }: Delivery): Promise<void> {
  await pauseServer(core, provider, pauseAfterRefusedLogin);
  const summary = phrase(`The server “${provider}” refuses our login; its messages wait. It says: ${reply}`);
  await raiseAlarm(core.db, { key: loginAlarm(provider), summary });
  core.log.error({ server: provider }, 'the server refuses our login; its messages wait');
}

function loginAlarm(provider: string): string {
  return `login:${provider}`;
}

function makeBell() {
  let ring = () => {};
  let rung = false;
  return {
    ring: () => {
      rung = true;
      ring();
    },
    async wait(ms: number): Promise<void> {
      if (!rung && ms > 0) {
        const stop = new AbortController();
        ring = () => stop.abort();
        await sleep(ms, undefined, { signal: stop.signal }).catch(() => {});
        ring = () => {};
      }
      rung = false;
    },
  };
}
