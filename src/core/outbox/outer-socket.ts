// A connection to a server that somebody from outside the house named, such as a campaign's organiser. The rule is that of our calls
// (hazard 51): public addresses only, judged at the moment of connecting.
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { isPublicAddress } from '../../lib/public-address.ts';
import { phrase } from '../words/catalogue.ts';
import { guardedLookup, notAllowed } from './outgoing.ts';

/** Connects, within `patience` milliseconds. Gives an OutgoingError where the name leads into a private network. */
export function connectOuter(
  { host, port, patience, lookup }: { host: string; port: number; patience: number; lookup?: LookupFunction },
  done: (error: Error | null, socket?: Socket) => void,
): void {
  // Names are judged when they are looked up; digits never are.
  if (isIP(host) && !isPublicAddress(host)) {
    done(notAllowed());
    return;
  }
  const socket = connect({ host, port, lookup: guardedLookup(lookup ? { lookup } : {}) });
  const fail = (error: Error) => {
    socket.destroy();
    done(error);
  };
  socket.setTimeout(patience, () => fail(new Error(phrase('There was no answer in time.'))));
  socket.once('error', fail);
  socket.once('connect', () => {
    socket.setTimeout(0);
    socket.removeAllListeners('timeout');
    socket.off('error', fail);
    done(null, socket);
  });
}
