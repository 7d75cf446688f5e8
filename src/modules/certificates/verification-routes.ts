// Verification over HTTP: what a code stands for, its picture and its PDF. An unknown code is a plain 404.
import { z } from 'zod';
import { Answer, type LimitRule, route } from '../../core/index.ts';
import { no, ok } from './envelope.ts';
import { findCertificate, stateOf, verifyCode } from './verification.ts';

// A code has 70 bits; the limit makes guessing hopeless rather than slow.
const checking: LimitRule = { name: 'certificates.verify', points: 240, seconds: 300 };
const codeParam = z.object({ code: z.string().max(64).meta({ description: 'As it stands below the QR code.' }) });

const json = { 'Content-Type': 'application/json; charset=utf-8' };
const unknownCode = () => new Answer(404, { ...no(1, 'There is no certificate with this code.') }, json);

const verify = route({
  method: 'get',
  path: '/api/certificates/verify/:code',
  summary: 'What a certificate says and whether it counts',
  params: codeParam,
  limits: [checking],
  async handle({ params, core }) {
    const found = await verifyCode(core, params.code);
    return found ? ok(found) : unknownCode();
  },
});

const download = (kind: 'png' | 'pdf') =>
  route({
    method: 'get',
    path: `/api/certificates/verify/:code/certificate.${kind}`,
    summary: `The certificate as ${kind.toUpperCase()}, while it counts`,
    params: codeParam,
    limits: [checking],
    docs: { produces: kind === 'png' ? 'image/png' : 'application/pdf' },
    async handle({ params, core }) {
      const found = await findCertificate(core, params.code);
      const fileId = kind === 'png' ? found?.pngId : found?.pdfId;
      if (!found || !fileId || stateOf(found) !== 'valid') return unknownCode();
      return new Answer(200, await core.files.bytes(fileId), {
        'Content-Type': kind === 'png' ? 'image/png' : 'application/pdf',
        'Content-Disposition': `inline; filename="certificate-${found.code}.${kind}"`,
        // Short, so that a revoked certificate is soon gone everywhere.
        'Cache-Control': 'private, max-age=60',
      });
    },
  });

/** The routes of verification. */
export const verificationRoutes = [verify, download('png'), download('pdf')];
