/**
 * R10: many strangers write first while a device is off: each takes its bundle from the server and one prekey of it. The
 * bundle must never run low, everybody must be understood, and when the device is back what it offers must be full again,
 * without a key that somebody has used.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DATABASE_FILE, openVault } from '../../../electron/engine/vault.ts';
import { createOmemoNetwork, type OmemoNetwork } from '../../../electron/omemo/devices.ts';
import { PROTOCOLS, type Protocol } from '../../../electron/omemo/protocols.ts';
import { closeDatabase, openDatabase, prepare } from '../../../electron/store/database.ts';
import { writeMessage } from '../../../electron/xmpp/message.ts';
import { connectStream } from '../../../electron/xmpp/stream.ts';
import type { Wire } from '../../../electron/xmpp/wire.ts';
import { askPing } from '../../../electron/xmpp/xep/xep0199.ts';
import { jid, Device as Stranger, must, Net } from '../../omemo/people.ts';
import { openKeyring, startTestEngine } from '../../support/engine.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { eventually, signIn } from '../../support/people.ts';
import { startProsody, type Prosody } from '../../support/prosody.ts';
import type { Context, Result, Row } from '../frame.ts';

/** What XEP-0384 0.9.1 §4.2 asks for at least, and what it wishes. */
const LEAST = 25;
const FULL = 100;
/** Milliseconds from the end of catching up to a full bundle. */
const REFILLED_WITHIN = 5_000;
/** Strangers at the same time. */
const LANES = 4;

/** A real server instead of the map; of one protocol only. */
class WiredNet extends Net {
  readonly #network: OmemoNetwork;

  constructor(network: OmemoNetwork, protocol: Protocol) {
    super();
    this.time = Date.now(); // whoever reads it refuses what claims to be from another day
    const none = new Net('legacy').of(jid('nobody@nowhere.test'));
    this.#network =
      protocol === 'legacy'
        ? { legacy: network.legacy, omemo2: none.omemo2 }
        : { legacy: none.omemo2, omemo2: network.omemo2 };
  }

  override of(): OmemoNetwork {
    return this.#network;
  }
}

/** A connection without anything above it. */
async function connect(server: Prosody, name: string): Promise<Wire> {
  const { address, password } = server.account(name);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const wire = connectStream(
    {
      address: jid(address),
      password,
      resource: 'stranger',
      server: { host: '127.0.0.1', port: server.ports.starttls, security: 'starttls' },
      pins: [server.fingerprint],
      scramSeen: false,
      memory: { agent: randomUUID(), sasl2Seen: false },
    },
    {
      state: (state) => {
        if (state.kind === 'online') resolve(undefined);
        if (state.kind === 'closed') reject(new Error(`${address}: ${state.problem?.code ?? 'closed'}`));
      },
      stanza: () => undefined,
      acknowledged: () => undefined,
      remember: () => undefined,
    },
  );
  await promise;
  return wire;
}

/** The prekeys that somebody has used, by id, and how often each. The engine has to be stopped. */
async function usedPrekeys(profile: string): Promise<Map<number, number>> {
  const database = openDatabase(
    join(profile, DATABASE_FILE),
    Uint8Array.from(await openVault(profile, openKeyring)),
  );
  try {
    // 32 bytes for each exchange
    const rows = prepare<[], { id: number; times: number }>(
      database,
      'SELECT id, length(used_in) / 32 AS times FROM omemo_prekeys WHERE used_at IS NOT NULL',
    ).all();
    return new Map(rows.map(({ id, times }) => [id, times]));
  } finally {
    closeDatabase(database);
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function run(context: Context): Promise<Result> {
  const { count } = context;
  const names = Array.from({ length: count }, (_, index) => `stranger${index}`);
  const server = await startProsody({
    accounts: ['alice', 'watcher', ...names],
    contacts: names.map((name) => ['alice', name] as const),
  });
  const folder = temporaryFolder('prekeys');
  const failures: string[] = [];
  const address = jid(server.account('alice').address);
  const start = (): ReturnType<typeof startTestEngine> =>
    startTestEngine({ profile: folder.path, authority: server.authority });
  try {
    let alice = await start();
    const watcher = await connect(server, 'watcher');
    const network = createOmemoNetwork(watcher);
    await signIn(alice, server, 'alice');
    let device = 0;
    await eventually(async () => {
      const list = await network.legacy.fetchDeviceList(address);
      device = typeof list === 'string' ? 0 : (list[0]?.id ?? 0);
      return device !== 0;
    }, 'her device is published');
    /** What is offered, in the order of the protocols. */
    const published = async (): Promise<Set<number>[]> => {
      const bundles = PROTOCOLS.map((protocol) => network[protocol].fetchBundle(address, device));
      return (await Promise.all(bundles)).map((bundle) => new Set(bundle?.preKeys.map(({ id }) => id)));
    };
    const least = (offered: readonly Set<number>[]): number => Math.min(...offered.map(({ size }) => size));
    const before = await published();
    const olds = new Set(before.flatMap((ids) => [...ids]));
    await alice.stop();

    const queue = names.values();
    let fewest = least(before);
    const lane = async (): Promise<void> => {
      for (const name of queue) {
        const wire = await connect(server, name);
        const protocol = must(PROTOCOLS[Number(name.slice('stranger'.length)) % PROTOCOLS.length]);
        const net = new WiredNet(createOmemoNetwork(wire), protocol);
        const stranger = await Stranger.online(net, jid(server.account(name).address));
        try {
          const encrypted = await stranger.say(address, `hello from ${name}`);
          wire.send(
            writeMessage({ to: address, type: 'chat', id: `hello-${name}`, encrypted, storeHint: 'store' }),
          );
          await askPing(wire); // the server has the message when it answers
          fewest = Math.min(fewest, least(await published()));
        } finally {
          stranger.close();
          await wire.close();
        }
        context.note('wrote', { name });
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));

    alice = await start();
    await alice.until(() => alice.account().state === 'online', 'she is back', 120_000);
    const over = new AbortController();
    const looks: { readonly at: number; readonly offered: readonly Set<number>[] }[] = [];
    const watch = (async () => {
      while (!over.signal.aborted) {
        const offered = await published();
        fewest = Math.min(fewest, least(offered));
        looks.push({ at: performance.now(), offered });
        await pause(250);
      }
    })();
    /** Who is understood; a row may have come before this mirror did. */
    const heard = async (): Promise<Set<string>> => {
      const rows = [...alice.chats.values()].flatMap(({ last }) => last?.text ?? []);
      for (const { text } of alice.messages.values()) rows.push(text);
      return Promise.resolve(new Set(rows));
    };
    const isThere = async (): Promise<boolean> => {
      const texts = await heard();
      return names.every((name) => texts.has(`hello from ${name}`));
    };
    await eventually(isThere, 'everybody is heard', 240_000).catch(() => undefined);
    const caughtUp = performance.now();
    const texts = await heard();
    for (const name of names) {
      if (!texts.has(`hello from ${name}`)) failures.push(`${name} was not understood`);
    }
    await pause(REFILLED_WITHIN);
    over.abort();
    await watch;
    await alice.stop();
    const used = await usedPrekeys(folder.path);
    // What was used is known now: since when was none of it offered, and enough?
    const isFull = ({ offered }: { readonly offered: readonly Set<number>[] }): boolean =>
      offered.every((ids) => ids.size === FULL && [...ids].every((id) => !used.has(id)));
    const full = looks.find((look) => isFull(look));
    const took = full === undefined ? Infinity : Math.max(0, full.at - caughtUp);
    if (took > REFILLED_WITHIN) failures.push(`not full again within ${REFILLED_WITHIN} ms`);
    const after = looks.at(-1)?.offered ?? [];
    for (const id of used.keys()) if (!olds.has(id)) failures.push(`prekey ${id} was used and never offered`);
    if (fewest < LEAST) failures.push(`only ${fewest} prekeys were offered`);
    await watcher.close();
    const uses = [...used.values()];
    return {
      tried: count,
      failures,
      figures: {
        'fewest prekeys offered': fewest,
        'offered in the end': least(after),
        'prekeys used': used.size,
        'used by most': Math.max(0, ...uses),
        'full again after (ms)': took.toFixed(0),
      },
    };
  } finally {
    folder.remove();
    await server.stop();
  }
}

export const prekeyRow: Row = {
  name: 'R10',
  title: 'first contacts while offline',
  full: 500,
  short: 6,
  run,
};
