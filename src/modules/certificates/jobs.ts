// The module's jobs: drawing and mailing a certificate that somebody asked for.
import { issueCertificateJob } from './issuing.ts';

/** All jobs of the module. */
export const jobs = [issueCertificateJob];
