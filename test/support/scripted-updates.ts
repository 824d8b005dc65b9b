/** The scripted port's answers about updates: one is there, and comes at once. */
import type { Change, UpdateRow } from '../../shared/contract.ts';
import type { Answers } from './scripted-port.ts';

export const usualUpdate: UpdateRow = {
  version: '1.0.0',
  carrier: 'appimage',
  isAutomatic: true,
  state: 'idle',
};
export const usualOffer: NonNullable<UpdateRow['offer']> = {
  version: '1.1.0',
  notes: 'Calls, with picture or without.\n\nRooms are found by what is said in them.',
  size: 112_000_000,
};

type Answered =
  | 'updates.set'
  | 'updates.check'
  | 'updates.download'
  | 'updates.cancel'
  | 'updates.skip'
  | 'updates.later'
  | 'updates.restart';

export function scriptedUpdates(
  get: () => UpdateRow,
  announce: (change: Change) => void,
): Required<Pick<Answers, Answered>> {
  const put = (changed: Partial<UpdateRow>): Record<string, never> => {
    announce({ put: 'update', row: { ...get(), ...changed } });
    return {};
  };
  const without = (): Record<string, never> => {
    const { offer: _, ...row } = get();
    announce({ put: 'update', row: { ...row, state: 'idle' } });
    return {};
  };
  return {
    'updates.set': ({ isAutomatic }) => put({ isAutomatic }),
    'updates.check': () => put({ state: 'offered', offer: usualOffer }),
    'updates.download': () => put({ state: 'ready' }),
    'updates.cancel': () => put({ state: 'offered' }),
    'updates.skip': without,
    'updates.later': () => put({ offer: { ...(get().offer ?? usualOffer), isLater: true } }),
    'updates.restart': () => ({}),
  };
}
