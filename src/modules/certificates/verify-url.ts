// The public address of a certificate, as it stands in mails and QR codes.
import type { Core } from '../../core/index.ts';

/** Returns the address where a certificate can be checked. */
export function verifyUrl(core: Pick<Core, 'config'>, code: string): string {
  return `${core.config.publicUrl}/certificates/verify/${code}`;
}
