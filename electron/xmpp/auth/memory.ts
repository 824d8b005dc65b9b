/**
 * What authentication remembers of an account from one connection to the next. It stores nothing: the engine keeps it in the
 * database, and all of it but the offer is as secret as a password.
 */

/** What SCRAM derives from a password (RFC 5802 §3): enough to sign in to this account, useless everywhere else. */
export interface ScramKeys {
  /** `SCRAM-SHA-256` and the like. */
  readonly family: string;
  /** Base64, as the server wrote it. */
  readonly salt: string;
  readonly iterations: number;
  /** Base64. */
  readonly clientKey: string;
  /** Base64. */
  readonly serverKey: string;
}

/** A token to sign in with once more (XEP-0484). It belongs to one mechanism and is never used with another. */
export interface Token {
  readonly mechanism: string;
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly expiry: number;
  /** How often it was used, successfully or not. */
  readonly count: number;
}

/** What a server offered inside SASL2. It stays the same (XEP-0388 1.0.4 #feature), so the next connection may rely on it. */
export interface Sasl2Offer {
  readonly mechanisms: readonly string[];
  /** Resumption inside authentication (XEP-0198 1.6.3 #inline-resume). */
  readonly resumes: boolean;
  /** What Bind 2 would enable; absent without Bind 2. */
  readonly binds?: readonly string[];
  /** Mechanisms for tokens. */
  readonly fast: readonly string[];
}

export interface Memory {
  /** UUID version 4: this installation, towards this account's server only. */
  readonly agent: string;
  readonly token?: Token;
  readonly keys?: ScramKeys;
  /** Present while the last connection was offered SASL2. */
  readonly offer?: Sasl2Offer;
  /** True once SASL2 was offered: from then on a server is known to be bound by XEP-0440. */
  readonly sasl2Seen: boolean;
}

/** What changes; `undefined` forgets. */
export interface MemoryChanges {
  readonly token?: Token | undefined;
  readonly keys?: ScramKeys | undefined;
  readonly offer?: Sasl2Offer | undefined;
  readonly sasl2Seen?: boolean;
}

/** The memory with these changes. */
export function changeMemory(memory: Memory, changes: MemoryChanges): Memory {
  const { agent, token, keys, offer, sasl2Seen } = { ...memory, ...changes };
  return {
    agent,
    ...(token !== undefined && { token }),
    ...(keys !== undefined && { keys }),
    ...(offer !== undefined && { offer }),
    sasl2Seen,
  };
}
