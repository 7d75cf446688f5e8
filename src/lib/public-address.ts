// Which IP addresses belong to the public internet. The rule: what is not known to be public is not.
import { BlockList, isIP } from 'node:net';

const notPublic4 = blockList('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]);
// Of version 6 only global unicast is public, less what leads elsewhere: Teredo and other protocol assignments, documentation, 6to4.
const global6 = blockList('ipv6', [['2000::', 3]]);
const notPublic6 = blockList('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);
const loopback4 = blockList('ipv4', [['127.0.0.0', 8]]);

/** Tells whether an IP address (not a name) is public. Addresses of version 4 inside ones of version 6 are never. */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '').split('%')[0] ?? '';
  const version = isIP(plain);
  if (version === 4) return !notPublic4.check(plain, 'ipv4');
  return version === 6 && global6.check(plain, 'ipv6') && !notPublic6.check(plain, 'ipv6');
}

/** Tells whether an IP address is this machine's own loopback, 127.0.0.0/8 or ::1. */
export function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '');
  return isIP(plain) === 4 ? loopback4.check(plain, 'ipv4') : plain === '::1';
}

function blockList(family: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family);
  return list;
}
