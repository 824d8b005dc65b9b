/**
 * The engine: everything Waxwing is, without Electron. It opens the profile, keeps the accounts, serves the contract
 * and announces changes in numbered batches. One engine per profile.
 */
import { join } from 'node:path';
import {
  calls,
  type Batch,
  type Change,
  type Port,
  type ProfileRow,
  type Reply,
} from '../../shared/contract.ts';
import { answer, Refusal } from '../../shared/answer.ts';
import { readCondition } from '../../shared/conditions.ts';
import * as accounts from '../store/accounts.ts';
import { closeDatabase, DatabaseError, isDamage, isStorageFailure, openDatabase } from '../store/database.ts';
import { listRestored } from '../store/restoring.ts';
import { getSetting, setSetting } from '../store/settings.ts';
import { StanzaError, WireClosed } from '../xmpp/wire.ts';
import type { SalvageReport } from '../store/salvage.ts';
import { Account } from './account.ts';
import { sweepFiles } from './attachments.ts';
import { CertificateChoice } from './chosen-certificate.ts';
import { careForEssentials, repairProfile } from './care.ts';
import { getDesktop } from './desktop.ts';
import { createHandlers } from './handlers.ts';
import type { Host } from './host.ts';
import { Intent } from './intent.ts';
import { tellPresence } from './presence.ts';
import { createProfile, type Profile } from './profile.ts';
import { careForRetention } from './retention.ts';
import { undoRestore } from './restore.ts';
import { readPiece, type Piece, type Shown } from './serving.ts';
import { catchUpIndex } from './search.ts';
import { everyRow } from './snapshot.ts';
import { StanzaWatch } from './stanza-watch.ts';
import { Updates } from './updates.ts';
import { ScreenLock } from './screen-lock.ts';
import {
  createVault,
  DATABASE_FILE,
  openVault,
  readVault,
  RECOVERY_CODE,
  renewRecoveryCode,
  VaultError,
} from './vault.ts';

export interface Engine extends Port {
  /** Opens the profile as far as that goes without the person, and brings the accounts online. */
  start(): Promise<void>;
  /** Signs out in an orderly way and closes the profile. */
  stop(): Promise<void>;
  /** The network changed or the machine woke up. */
  nudge(reason: 'network' | 'wake'): void;
  /** Somebody looks at the window, or nobody does any more. Until told otherwise, somebody does. */
  setActive(isActive: boolean): void;
  /** For how many seconds no key was pressed and no mouse was moved. */
  setIdle(seconds: number): void;
  /** Some bytes of a file or picture, for the window to show; nothing for one that is not here. */
  readFile(file: Shown, start: number, length: number): Promise<Piece | undefined>;
}

/** What the handlers may touch of the engine. */
export interface Household {
  readonly host: Host;
  readonly accounts: Map<number, Account>;
  /** The open profile. @throws Refusal `profile-locked` */
  profile(): Profile;
  /** Updates of the program. @throws Refusal `profile-locked` */
  updates(): Updates;
  /** Somebody looks at the window. */
  isWatched(): boolean;
  /** Stanzas, while somebody looks at them. */
  readonly stanzas: StanzaWatch;
  readonly lock: ScreenLock;
  /** What a link from outside asks for. */
  readonly intent: Intent;
  /** What the person chose to sign in with, before an account has it. */
  readonly certificates: CertificateChoice;
  /** Aborts when the engine stops: what is under way ends. */
  readonly ending: AbortSignal;
  protect(passphrase: string | undefined): Promise<void>;
  unlock(secret: string): Promise<void>;
  /** @throws Refusal `too-late` unless it is damaged; VaultError; DatabaseError when nothing can be saved */
  repair(secret: string | undefined): Promise<SalvageReport>;
  snapshot(): Batch;
  /** Tells what lives in memory only. */
  announce(changes: readonly Change[]): void;
  sequence(): number;
}

export function createEngine(outside: Host): Engine {
  const listeners = new Set<(batch: Batch) => void>();
  const open = new Map<number, Account>();
  let sequence = 0;
  let row: ProfileRow = { state: 'opening' };
  let profile: Profile | undefined;
  let isWatched = true;
  let stopIndexing = (): void => undefined;
  const ending = new AbortController();
  let stopCare = (): void => undefined;
  let updates: Updates | undefined;

  const announce = (changes: readonly Change[]): void => {
    if (changes.length === 0) return;
    sequence += 1;
    const batch: Batch = { sequence, changes: [...changes] };
    for (const listener of listeners) listener(batch);
  };

  const stanzas = new StanzaWatch(announce, () => outside.now());
  const lock = new ScreenLock(
    outside,
    () => profile,
    () => show(row),
  );
  const host = lock.veil(stanzas.tap(outside));

  const show = (next: ProfileRow): void => {
    row = next;
    announce([{ put: 'profile', row: lock.cover(row) }]);
  };

  /** The database cannot be read any more: nothing is done with it until it is repaired. */
  const breakOff = (error: unknown): void => {
    if (row.state === 'damaged') return;
    host.log('engine', 'damaged', { error: String(error) });
    for (const account of open.values()) account.abandon();
    close();
    show({ state: 'damaged', problem: String(error) });
  };

  /** Closes the profile, as far as it lets itself be closed. */
  const close = (): void => {
    stopCare();
    updates?.stop();
    updates = undefined;
    stopIndexing();
    open.clear();
    const closing = profile;
    profile = undefined;
    try {
      closing?.settle();
    } catch (error) {
      host.log('engine', 'not-saved', { error: String(error) });
    }
    if (closing !== undefined) closeDatabase(closing.database);
  };

  /** Opens the database with its key and starts the accounts. */
  const enter = async (key: Uint8Array, recoveryCode?: string): Promise<void> => {
    const database = openDatabase(join(host.profile, DATABASE_FILE), key);
    try {
      if (getSetting(database, RECOVERY_CODE) === undefined) {
        // Missing after a crash between making the key and keeping its code: then there is a new code.
        setSetting(database, RECOVERY_CODE, recoveryCode ?? (await renewRecoveryCode(host.profile, key)));
      }
    } catch (error) {
      closeDatabase(database); // an open one could not be repaired
      throw error;
    } finally {
      key.fill(0);
    }
    const onLost = (error: unknown): void => {
      for (const account of open.values()) account.lost(error);
    };
    profile = createProfile(host, database, announce, onLost, breakOff);
    const vault = await readVault(host.profile);
    const backend = await host.keyring.backend();
    row = {
      state: 'open',
      ...(vault !== 'new' && { protection: vault.protection }),
      ...(backend !== undefined && { keyring: backend }),
    };
    const halfRestored = listRestored(database, 'account');
    for (const record of accounts.listAccounts(current().database)) {
      if (halfRestored.includes(record.id)) continue;
      const account = new Account(current(), record);
      account.link.setActive(isWatched);
      open.set(record.id, account);
      account.calls.recover();
    }
    updates = new Updates(current());
    lock.begin();
    announce([...all(), ...household.intent.changes]);
    for (const account of open.values()) if (account.record().enabled) account.start();
    stopIndexing = catchUpIndex(database, (area, event, data) => {
      host.log(area, event, data);
    });
    void undoRestore(current());
    sweepFiles(current()); // what a crash left behind
    const stopRetention = careForRetention(current(), open);
    const stopEssentials = careForEssentials(current(), join(host.profile, DATABASE_FILE));
    stopCare = () => {
      stopRetention();
      stopEssentials();
    };
  };

  const current = (): Profile => {
    if (profile === undefined) throw new Refusal('profile-locked');
    return profile;
  };

  /** All that there is to show, locked or not. */
  const all = (): Change[] =>
    profile === undefined
      ? [{ put: 'profile', row }]
      : [
          { put: 'profile', row: lock.cover(row) },
          { put: 'lock', row: lock.row() },
          ...everyRow(profile, open),
          ...(updates === undefined ? [] : [{ put: 'update' as const, row: updates.row() }]),
        ];

  /** Shows why the profile does not open; anything but a known reason is a bug. */
  const fail = (error: unknown): void => {
    if (isDamage(error)) {
      breakOff(error);
      return;
    }
    if (!(error instanceof VaultError || error instanceof DatabaseError)) throw error;
    show({ state: stateOf(error), problem: error.message });
  };

  const household: Household = {
    host,
    accounts: open,
    profile: current,
    updates() {
      if (updates === undefined) throw new Refusal('profile-locked');
      return updates;
    },
    isWatched: () => isWatched,
    stanzas,
    lock,
    intent: new Intent(announce),
    certificates: new CertificateChoice(host),
    ending: ending.signal,
    async protect(passphrase) {
      const { key, recoveryCode } = await createVault(host.profile, host.keyring, {
        ...(passphrase === undefined ? { consent: true } : { passphrase }),
      });
      await enter(key, recoveryCode);
    },
    async unlock(secret) {
      if (lock.isLocked) await lock.open(secret);
      else await enter(await openVault(host.profile, host.keyring, secret));
    },
    async repair(secret) {
      if (row.state !== 'damaged') throw new Refusal('too-late');
      const { key, report } = await repairProfile(host, secret);
      await enter(key);
      return report;
    },
    snapshot() {
      if (lock.isLocked) return { sequence, changes: [{ put: 'profile', row: lock.cover(row) }] };
      return { sequence, changes: [...all(), ...household.intent.changes] };
    },
    announce,
    sequence: () => sequence,
  };

  const onBug = (error: unknown, name: string): void => {
    host.log('engine', 'bug', {
      name,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  };
  const respond = answer(calls, createHandlers(household), onBug, {
    explain(error) {
      if (!isStorageFailure(error)) return explain(error);
      profile?.suspect(error);
      host.log('engine', 'storage-failed', { error: String(error) });
      return new Refusal('storage', 'The disk is full or failing.');
    },
  });

  return {
    async start() {
      try {
        if ((await readVault(host.profile)) !== 'new') {
          await enter(await openVault(host.profile, host.keyring));
        } else if ((await host.keyring.backend()) === undefined) {
          show({ state: 'choose-protection' });
        } else {
          const { key, recoveryCode } = await createVault(host.profile, host.keyring, {});
          await enter(key, recoveryCode);
        }
      } catch (error) {
        fail(error);
      }
    },
    async stop() {
      ending.abort();
      await Promise.allSettled([...open.values()].map((account) => account.stop()));
      close();
    },
    nudge(reason) {
      host.log('engine', 'nudge', { reason });
      for (const account of open.values()) {
        if (account.record().enabled) {
          account.nudge().catch((error: unknown) => {
            host.log('engine', 'nudge-failed', { error: String(error) });
          });
        }
      }
    },
    async readFile(file, start, length) {
      return profile === undefined || lock.isLocked
        ? undefined
        : await readPiece(profile, file, start, length);
    },
    setIdle(seconds) {
      if (profile === undefined) return;
      lock.see(seconds);
      const { awayAfter } = getDesktop(profile.database);
      if (profile.idleness.see(seconds, awayAfter, host.now())) tellPresence(open.values());
    },
    setActive(isActive) {
      isWatched = isActive;
      for (const account of open.values()) account.link.setActive(isActive);
    },
    async call(name: string, input: unknown): Promise<Reply> {
      const refused = lock.refusalOf(name);
      if (refused !== undefined) return refused;
      const reply = await respond(name, input);
      try {
        profile?.settle(); // an answer says that it is done
        return lock.refusalOf(name) ?? reply; // it may have been locked meanwhile
      } catch (error) {
        host.log('engine', 'not-saved', { name, error: String(error) });
        return { ok: false, code: 'storage', message: 'The disk did not take it.' };
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The failures of lower layers that a person can do something about. */
function explain(error: unknown): Refusal | undefined {
  if (error instanceof WireClosed) return new Refusal('offline', error.message);
  if (error instanceof StanzaError) {
    return new Refusal('refused', error.message, undefined, readCondition(error.condition));
  }
  if (error instanceof VaultError) {
    return new Refusal(error.code === 'wrong-secret' ? 'wrong-secret' : 'not-allowed', error.message);
  }
  if (error instanceof DatabaseError) return new Refusal('not-allowed', error.message);
  return undefined;
}

/** What the window shows for a profile that does not open. */
function stateOf(error: VaultError | DatabaseError): ProfileRow['state'] {
  switch (error.code) {
    case 'wrong-secret':
      return 'locked';
    case 'wrong-key': // the vault and the database are not of the same profile
    case 'exists':
      return 'damaged';
    default:
      return error.code;
  }
}
