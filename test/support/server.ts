/** What the tests may ask of any private XMPP server, whichever program it is. */

export interface XmppServer {
  readonly domain: string;
  /** `web` is there when the server was asked to be reached over HTTPS, too. */
  readonly ports: { readonly starttls: number; readonly direct: number; readonly web?: number };
  /** Behind the web port. */
  readonly webPaths: { readonly websocket: string; readonly bosh: string };
  readonly folder: string;
  /** Path of the authority's certificate (PEM), for clients that shall trust this server. */
  readonly authority: string;
  /** SHA-256 of the server certificate's DER, 64 lower-case hex characters. */
  readonly fingerprint: string;
  /** Full address and password of an account. @throws when there is no such account. */
  readonly account: (name: string) => { address: string; password: string };
  readonly readLog: () => string;
  /** In an orderly way, telling its clients. */
  readonly restart: () => Promise<void>;
  /** As a power failure would: nobody is told, nothing more is written. Start again with `restart`. */
  readonly kill: () => Promise<void>;
  /** Stops and deletes everything. */
  readonly stop: () => Promise<void>;
}

export type Accounts = Readonly<Record<string, string>> | readonly string[];

/** Local parts with their passwords; a plain list gives each the password `secret-<name>`. */
export function passwordsOf(accounts: Accounts): ReadonlyMap<string, string> {
  return new Map(
    isList(accounts) ? accounts.map((name) => [name, `secret-${name}`]) : Object.entries(accounts),
  );
}

const isList = (accounts: Accounts): accounts is readonly string[] => Array.isArray(accounts);
