/** The calls about devices on the scripted world: a decision takes its doubt off the chats. */
import type { Change, DeviceRow, Input, Output } from '../../shared/contract.ts';
import { compareKeys } from '../../shared/key-claims.ts';
import type { World } from '../renderer/world.ts';

type Named = Pick<Input<'devices.setTrust'>, 'account' | 'address' | 'device'>;

export function scriptedDevices(world: () => World, announce: (...changes: Change[]) => void) {
  const settle = ({ address, device }: Named): Change[] =>
    world().chats.flatMap(({ doubts = [], ...row }): Change[] => {
      const left = doubts.filter((doubt) => doubt.address !== address || doubt.device !== device);
      if (left.length === doubts.length) return [];
      return [{ put: 'chat', row: { ...row, ...(left.length > 0 && { doubts: left }) } }];
    });
  const find = (named: Named): DeviceRow | undefined =>
    world().devices.find(
      (row) => row.account === named.account && row.address === named.address && row.device === named.device,
    );
  return {
    'devices.setTrust': ({ trust, ...named }: Input<'devices.setTrust'>) => {
      const { earlierFingerprint: _earlier, ...row } = find(named) ?? {};
      announce(
        ...('device' in row ? [{ put: 'device', row: { ...(row as DeviceRow), trust } } as const] : []),
        ...settle(named),
      );
      return {};
    },
    'devices.dismiss': (named: Input<'devices.dismiss'>) => {
      announce(...settle(named));
      return {};
    },
    'devices.renewSession': () => ({}),
    'app.allowCamera': () => ({}),
    'app.forbidCamera': () => ({}),
    'app.allowMicrophone': () => ({}),
    'app.forbidMicrophone': () => ({}),
    'devices.health': ({ chat }: Input<'devices.health'>): Output<'devices.health'> => ({
      devices: world()
        .devices.filter((row) => row.account === world().chats.find(({ id }) => id === chat)?.account)
        .map(({ address, device }, i) => ({
          address,
          device,
          protocols: i % 2 === 0 ? ['omemo2', 'legacy'] : ['legacy'],
          session: (['works', 'works', 'broken', 'never'] as const)[i % 4] ?? 'never',
        })),
    }),
    'messages.readers': (): Output<'messages.readers'> => ({
      readers: {
        theirs: 2,
        ours: 1,
        skipped: [
          { address: 'juliet@capulet.example', device: 16_180, reason: 'undecided' },
          { address: 'romeo@montague.example', device: 1_003, reason: 'no-bundle' },
        ],
      },
    }),
    'devices.check': ({ account, address, keys }: Input<'devices.check'>) =>
      compareKeys(
        world().devices.filter((row) => row.account === account && row.address === address),
        keys.map(({ device, ...key }) => ({ ...key, ...(device !== undefined && { device }) })),
      ),
    'devices.verify': ({ account, address, keys }: Input<'devices.verify'>) => {
      for (const row of world().devices.filter(
        (each) => each.account === account && each.address === address,
      )) {
        if (keys.some(({ fingerprint }) => fingerprint === row.fingerprint))
          announce({ put: 'device', row: { ...row, trust: 'verified' } });
      }
      return {};
    },
  };
}
