/** The calls about updates, as the contract lists them. */
import type { Handlers } from '../../../shared/answer.ts';
import type { updates as calls } from '../../../shared/calls/updates.ts';
import type { Household } from '../engine.ts';

export function updatesHandlers(house: Household): Pick<Handlers, keyof typeof calls> {
  return {
    'updates.set': ({ isAutomatic }) => {
      house.updates().set(isAutomatic);
      return {};
    },
    'updates.check': async () => {
      await house.updates().check(true);
      return {};
    },
    'updates.download': ({ version }) => {
      house.updates().download(version);
      return {};
    },
    'updates.cancel': () => {
      house.updates().cancel();
      return {};
    },
    'updates.skip': ({ version }) => {
      house.updates().skip(version);
      return {};
    },
    'updates.later': ({ version }) => {
      house.updates().later(version);
      return {};
    },
    'updates.restart': () => {
      house.updates().restart();
      return {};
    },
  };
}
