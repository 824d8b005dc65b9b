/** The calls about diagnosis and crash reports, as the contract lists them. */
import type { diagnosis as calls } from '../../../shared/calls/diagnosis.ts';
import type { Handlers } from '../../../shared/answer.ts';
import { listCrashes, readCrash, removeCrashes, saveCrash } from '../crash-files.ts';
import { writeDiagnosis } from '../diagnosis.ts';
import type { Household } from '../engine.ts';
import type { FileErrand } from '../file-errand.ts';

export function diagnosisHandlers(house: Household, errand: FileErrand): Pick<Handlers, keyof typeof calls> {
  const { profile } = house.host;
  return {
    'diagnosis.read': async () => ({ text: await writeDiagnosis(house) }),
    'crashes.list': async () => ({ reports: await listCrashes(profile) }),
    'crashes.read': async ({ name }) => ({ text: await readCrash(profile, name) }),
    'crashes.save': ({ name }) =>
      errand.withFile({ kind: 'save', name: `waxwing-crash-${name}.txt` }, async (path) => {
        await saveCrash(profile, name, path);
        return {};
      }),
    'crashes.remove': async () => {
      await removeCrashes(profile);
      return {};
    },
  };
}
