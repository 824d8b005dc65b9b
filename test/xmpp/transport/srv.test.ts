import type { SrvRecord } from 'node:dns';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTargets } from '../../../electron/xmpp/transport/srv.ts';
import { seededRandom } from '../../support/random.ts';

type Zone = Readonly<Record<string, readonly (readonly [number, number, number, string])[]>>;

function network(zone: Zone, asked: string[] = []): { resolveSrv(name: string): Promise<SrvRecord[]> } {
  return {
    resolveSrv: (name) => {
      asked.push(name);
      const records = zone[name.split('.')[0] ?? ''];
      return records === undefined
        ? Promise.reject(new Error('ENOTFOUND'))
        : Promise.resolve(
            records.map(([priority, weight, port, target]) => ({ priority, weight, port, name: target })),
          );
    },
  };
}

const places = async (zone: Zone, random?: () => number): Promise<string[]> =>
  (await findTargets('a.test', network(zone), random)).map(
    ({ host, port, security }) => `${host}:${port} ${security}`,
  );

describe('where a server is', () => {
  it('merges both services by priority', async () => {
    expect(
      await places({
        '_xmpp-client': [
          [10, 0, 5222, 'plain.a.test'],
          [30, 0, 5222, 'last.a.test'],
        ],
        '_xmpps-client': [
          [20, 0, 443, 'direct.a.test'],
          [5, 0, 5223, 'first.a.test'],
        ],
      }),
    ).toEqual([
      'first.a.test:5223 direct',
      'plain.a.test:5222 starttls',
      'direct.a.test:443 direct',
      'last.a.test:5222 starttls',
    ]);
  });

  it('chooses by weight within a priority', async () => {
    const random = seededRandom(7);
    const first = new Map<string, number>();
    for (let round = 0; round < 2_000; round += 1) {
      const [winner = ''] = await places(
        {
          '_xmpps-client': [
            [1, 60, 1, 'heavy'],
            [1, 20, 2, 'light'],
            [1, 0, 3, 'never'],
          ],
          '_xmpp-client': [[1, 20, 4, 'plain']],
        },
        random,
      );
      first.set(winner, (first.get(winner) ?? 0) + 1);
    }
    expect(first.get('heavy:1 direct')).toBeGreaterThan(1_050);
    expect(first.get('heavy:1 direct')).toBeLessThan(1_350);
    expect(first.get('plain:4 starttls')).toBeGreaterThan(300);
    expect(first.get('never:3 direct') ?? 0).toBe(0);
  });

  it('keeps every record exactly once', async () => {
    const record = fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 10 }), fc.integer({ min: 1, max: 65_535 }));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(record, { selector: ([, , port]) => port, minLength: 1 }),
        async (records) => {
          const zone = { '_xmpp-client': records.map(([a, b, port]) => [a, b, port, 'h'] as const) };
          const found = await findTargets('a.test', network(zone));
          expect(found.map(({ port }) => port).toSorted((a, b) => a - b)).toEqual(
            records.map(([, , port]) => port).toSorted((a, b) => a - b),
          );
          const priority = new Map(records.map(([value, , port]) => [port, value]));
          const priorities = found.map(({ port }) => priority.get(port) ?? -1);
          expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
        },
      ),
    );
  });

  it('falls back to the domain only when nothing says otherwise', async () => {
    const fallback = ['a.test:5222 starttls'];
    expect(await places({})).toEqual(fallback);
    expect(await places({ '_xmpps-client': [[0, 0, 0, '.']] })).toEqual(fallback);
    expect(await places({ '_xmpps-client': [[0, 0, 443, 'x']] })).toEqual(['x:443 direct']);
    expect(await places({ '_xmpp-client': [[0, 0, 0, '']], '_xmpps-client': [[0, 0, 443, 'x']] })).toEqual([
      'x:443 direct',
    ]);
    await expect(places({ '_xmpp-client': [[0, 0, 0, '.']] })).rejects.toMatchObject({
      problem: { code: 'unreachable', host: 'a.test' },
    });
    await expect(
      places({ '_xmpp-client': [[0, 0, 0, '.']], '_xmpps-client': [[0, 0, 0, '.']] }),
    ).rejects.toMatchObject({ problem: { code: 'unreachable' } });
  });

  it.each(['127.0.0.1', '[::1]', 'localhost', 'chat.localhost'])('asks nobody about %s', async (domain) => {
    const asked: string[] = [];
    expect(await findTargets(domain, network({}, asked))).toEqual([
      { host: domain, port: 5222, security: 'starttls' },
    ]);
    expect(asked).toEqual([]);
  });
});
