/** Two people who call each other: real engines, and pages that say what real ones have said (test/xmpp/jingle). */
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { NS as NS_JINGLE } from '../../electron/xmpp/xep/xep0166.ts';
import type { CallSignal } from '../../shared/calls/calling.ts';
import type { CallRow } from '../../shared/contract.ts';
import { jid } from '../omemo/people.ts';
import { recorded } from '../xmpp/negotiations.ts';
import { createTestHost, Mirror } from './engine.ts';
import { ScriptedServer } from './scripted-wire.ts';
import { temporaryProfile } from './template.ts';

export const OFFER = recorded('chromium-offer.sdp');
export const ANSWER = recorded('chromium-answer.sdp');

export interface Person {
  readonly address: string;
  readonly server: ScriptedServer;
  readonly engine: Engine;
  readonly mirror: Mirror;
  readonly leave: () => Promise<void>;
}

/** What is needed of one to call with it. */
export type Caller = Pick<Person, 'mirror' | 'address'>;

/** @param prepare what the server can do beyond an empty one */
export async function person(
  name: string,
  other: string,
  prepare: (server: ScriptedServer, address: string) => void = () => undefined,
): Promise<Person> {
  const folder = await temporaryProfile(name);
  const address = jid(`${name}@${name}.test`);
  const server = new ScriptedServer([
    { jid: jid(`${other}@${other}.test`), subscription: 'both', name: other },
  ]);
  prepare(server, address);
  const engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  const mirror = new Mirror(engine);
  await engine.start();
  await mirror.call('accounts.signIn', { address, password: 'x' });
  await mirror.until(() => mirror.account().state === 'online', 'online');
  const leave = async (): Promise<void> => {
    await engine.stop();
    folder.remove();
  };
  return { address, server, engine, mirror, leave };
}

export const inState = ({ mirror }: Pick<Person, 'mirror'>, state: CallRow['state']): Promise<CallRow> =>
  mirror.until(() => [...mirror.calls.values()].findLast((each) => each.state === state), state);

/** All that a page was told, once there are so many of it. */
export async function signals(
  { mirror }: Pick<Person, 'mirror'>,
  call: number,
  count: number,
): Promise<readonly CallSignal[]> {
  await mirror.until(() => (mirror.calls.get(call)?.signals ?? 0) >= count, `${String(count)} signals`);
  return (await mirror.call('calls.signals', { call, after: 0 })).signals;
}
export const kinds = (list: readonly CallSignal[]): string[] =>
  list.map((each) => (each.kind === 'description' ? each.type : each.kind));
export const lastSdp = (list: readonly CallSignal[]): string => {
  const found = list.findLast((each) => each.kind === 'description');
  return found?.kind === 'description' ? found.sdp : '';
};
export const actions = ({ server }: Person): string[] =>
  server.requests.flatMap(({ payload }) => (payload.ns === NS_JINGLE ? [payload.attrs['action'] ?? ''] : []));

/** One rings at the other. */
export async function dial(
  alice: Caller,
  bob: Caller,
  hasVideo = true,
): Promise<{ ours: number; theirs: number }> {
  const { chat } = await alice.mirror.call('chats.open', {
    account: alice.mirror.account().id,
    address: bob.address,
  });
  const { call: ours } = await alice.mirror.call('calls.start', { chat, hasVideo });
  const { call: theirs } = await inState(bob, 'incoming');
  await inState(alice, 'ringing');
  return { ours, theirs };
}

/** Both have said all that a call takes. */
export async function connect(alice: Caller, bob: Caller): Promise<{ ours: number; theirs: number }> {
  const both = await dial(alice, bob);
  const { ours, theirs } = both;
  await bob.mirror.call('calls.answer', { call: theirs, hasVideo: true });
  await signals(alice, ours, 1);
  await alice.mirror.call('calls.describe', { call: ours, type: 'offer', sdp: OFFER });
  await signals(bob, theirs, 2);
  await bob.mirror.call('calls.describe', { call: theirs, type: 'answer', sdp: ANSWER });
  await signals(alice, ours, 2);
  await alice.mirror.call('calls.report', { call: ours, state: 'connected' });
  await bob.mirror.call('calls.report', { call: theirs, state: 'connected' });
  await alice.mirror.until(() => alice.mirror.calls.get(ours)?.state === 'active', 'active');
  await bob.mirror.until(() => bob.mirror.calls.get(theirs)?.state === 'active', 'active');
  return both;
}
