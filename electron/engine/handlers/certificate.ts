/** The calls about certificates to sign in with, as the contract lists them. */
import type { certificate as calls } from '../../../shared/calls/certificate.ts';
import type { Handlers } from '../../../shared/answer.ts';
import type { Household } from '../engine.ts';

export function certificateHandlers({ certificates }: Household): Pick<Handlers, keyof typeof calls> {
  return {
    'certificate.choose': () => certificates.choose(),
    'certificate.unlock': ({ certificate, passphrase }) => certificates.unlock(certificate, passphrase),
    'certificate.forget': () => {
      certificates.forget();
      return {};
    },
  };
}
