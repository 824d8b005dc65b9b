/**
 * Every outside thing that the engine may touch. This is all the dependency injection there is:
 * tests pass a scripted wire, counted ids and a fixed clock; SQLite, cryptography and servers stay real.
 */
import type { Register } from '../xmpp/registration.ts';
import type { HttpClient } from '../xmpp/transport/http.ts';
import type { Connect, ProxyAddress } from '../xmpp/wire.ts';
import type { UpdateSource } from './update-source.ts';

/** The operating system's keyring, or what stands for it. */
export interface Keyring {
  /** The keyring's own name (`gnome_libsecret`, `kwallet6`, `keychain`, `dpapi`), or `undefined` without a real one. */
  backend(): Promise<string | undefined>;
  wrap(key: Uint8Array): Promise<Uint8Array>;
  /** @throws when the keyring does not yield the key any more. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

/** A message the person should be told about, even when the window is hidden. */
export interface Notice {
  readonly chat: number;
  readonly title: string;
  readonly body: string;
  /** It is about a call, and says so instead of words. */
  readonly call?: 'incoming' | 'missed';
}

/** A file outside the profile that the person is to choose. */
export interface FileQuestion {
  readonly kind: 'save' | 'open';
  /** What it might be called. */
  readonly name: string;
  /** They may open several at once. */
  readonly isSeveral?: true;
}

/** Which program this is, for those who ask (XEP-0092). */
export interface OwnSoftware {
  readonly name: string;
  readonly version: string;
  /** The operating system; told only if the person allows it. */
  readonly system?: string;
}

export interface FetchOptions {
  readonly proxy?: ProxyAddress;
  readonly limit: number;
  readonly timeout: number;
}

/** How the web is reached for an account. */
export interface WebOptions {
  readonly proxy?: ProxyAddress;
  /** SHA-256 fingerprints (lower-case hex) of certificates that the person chose to trust there. */
  readonly pins: readonly string[];
  /** The place was named by somebody else: private networks are out of bounds. */
  readonly isPublicOnly: boolean;
}

export interface Host {
  readonly software: OwnSoftware;
  /** The profile folder; the engine is the only writer in it. */
  readonly profile: string;
  readonly connect: Connect;
  /** Asks a server for its form of registration, on a stream of its own. */
  readonly register: Register;
  readonly keyring: Keyring;
  /**
   * The text under an `https` address, fetched by the account's proxy if it has one. Absent: nothing is fetched.
   * @throws when it cannot be had, is longer than `limit` bytes, or takes longer than `timeout` milliseconds
   */
  fetchText?(address: string, options: FetchOptions): Promise<string>;
  /** HTTP for the files of an account, to be closed by whoever asked. Absent: files neither come nor go. */
  web?(options: WebOptions): HttpClient;
  /** The addresses of a host by the system's resolver; none when it has none. Absent: no names are resolved for calls. */
  readonly addressesOf?: (name: string) => Promise<readonly string[]>;
  /** Opens a file in the program that the desktop has for it, or shows it in its folder. */
  desktop?(action: 'open' | 'reveal', path: string): void;
  /** Asks the person for a file, or several; none when they want none. Absent: nothing leaves the profile or comes in. */
  chooseFiles?(question: FileQuestion): Promise<readonly string[]>;
  /** Where new versions of the program come from. Absent: others bring them. */
  readonly updates?: UpdateSource;
  /** Milliseconds since 1970. */
  now(): number;
  /** 128 bits of randomness, 22 URL-safe characters. */
  id(): string;
  notify(notice: Notice): void;
  /** One line; never a body, a key or a password. Addresses are shortened by the sink. */
  log(area: string, event: string, data?: Readonly<Record<string, unknown>>): void;
  /** Failpoints for crash tests: called between the steps of the unit of work. A no-op in the product. */
  step(name: string): void;
}
