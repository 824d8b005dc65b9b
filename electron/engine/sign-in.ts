/** Signing in: an account is stored only after its server accepted it. */
import { randomBytes } from 'node:crypto';
import type { Input, Problem } from '../../shared/contract.ts';
import { Refusal } from '../../shared/answer.ts';
import type { BareJid } from '../../shared/jid.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { CredentialsRecord } from '../store/credentials.ts';
import type { WireEvents, WireState } from '../xmpp/wire.ts';
import { connectOptions, proxyRecord } from './account-row.ts';
import type { Trial } from './session.ts';
import type { Host } from './host.ts';

/** Hues that stay apart from each other and readable on light and dark (degrees). */
const HUES = [8, 208, 148, 38, 268, 178, 328, 98] as const;

/** What will be stored when the server says yes. */
export type NewAccount = Omit<AccountRecord, 'id'>;

export function newAccount(address: BareJid, input: Input<'accounts.signIn'>, existing: number): NewAccount {
  return {
    address,
    password: input.password ?? '',
    // Random and kept: two devices with one resource would throw each other out for ever.
    resource: `Waxwing.${randomBytes(6).toString('base64url')}`,
    hue: HUES[existing % HUES.length] ?? HUES[0],
    enabled: true,
    pins: [...(input.pins ?? [])],
    scramSeen: false,
    ...(input.server !== undefined && { server: input.server }),
    ...(input.proxy !== undefined && { proxy: proxyRecord(input.proxy) }),
  };
}

/**
 * Connects and authenticates without storing anything.
 * @returns the connection, to be taken over by the account
 * @throws Refusal `cannot-connect` with the problem
 */
export function tryToSignIn(
  host: Host,
  account: NewAccount,
  credentials: CredentialsRecord,
  signal: AbortSignal,
): Promise<Trial> {
  return new Promise((resolve, reject) => {
    let target: WireEvents | undefined;
    let { memory } = credentials;
    const missed: Parameters<WireEvents['stanza']>[] = [];
    const refuse = (problem: Problem): void => {
      reject(new Refusal('cannot-connect', problem.detail ?? problem.code, problem));
    };
    const onState = (state: WireState): void => {
      if (state.kind === 'closed') refuse(state.problem ?? { code: 'closed' });
      if (state.kind !== 'online') return;
      resolve({
        wire,
        online: state,
        memory,
        handOver(events) {
          target = events;
          for (const arguments_ of missed) events.stanza(...arguments_);
        },
      });
    };
    const wire = host.connect(connectOptions(account, credentials), {
      state: (state) => {
        if (target === undefined) onState(state);
        else target.state(state);
      },
      stanza: (stanza, position) => {
        if (target === undefined) missed.push([stanza, position]);
        else target.stanza(stanza, position);
      },
      acknowledged: (position) => target?.acknowledged(position),
      leaving: () => target?.leaving?.(),
      remember: (learned) => {
        if (target === undefined) memory = learned;
        else target.remember(learned);
      },
    });
    signal.addEventListener('abort', () => {
      wire.drop();
      reject(new Refusal('cancelled'));
    });
  });
}
