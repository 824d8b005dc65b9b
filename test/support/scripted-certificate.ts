/** Choosing a certificate, for the scripted port: a file that the passphrase `romeo` opens. */
import type { ClientCertificateInfo } from '../../shared/contract.ts';
import type { ChosenCertificate } from '../../shared/calls/certificate.ts';

export const certificateInfo: ClientCertificateInfo = {
  subject: 'Juliet Capulet',
  issuer: 'Verona Certificate Authority',
  addresses: ['juliet@capulet.example'],
  validFrom: Date.UTC(2025, 0, 1),
  validTo: Date.UTC(2027, 0, 1),
};

export const scriptedCertificate = {
  'certificate.choose': (): ChosenCertificate => ({ state: 'locked', certificate: 1 }),
  'certificate.unlock': ({ passphrase }: { passphrase: string }): ChosenCertificate =>
    passphrase === 'romeo'
      ? { state: 'ready', certificate: 1, info: certificateInfo }
      : { state: 'locked', certificate: 1 },
  'certificate.forget': () => ({}),
};
