/** Where updates of this installation come from and who installs them: what the shell knows and the engine asks. */
import type { Carrier } from '../../shared/contract.ts';
import type { ProxyAddress } from '../xmpp/wire.ts';
import type { Manifest } from './update-manifest.ts';

export type { ProxyAddress };

/** What whoever releases Waxwing has written into it. */
export interface UpdateChannel {
  /** The folder of the manifests and files, an `https:` address that ends with a slash. */
  readonly feed: string;
  /** Ed25519 public keys (SPKI, Base64). */
  readonly keys: readonly string[];
  readonly channel: Manifest['channel'];
  /** SHA-256 fingerprints (lower-case hex) of certificates that will do for the feed, beside those of known authorities. */
  readonly pins?: readonly string[];
}

/** How this program came onto this computer. */
export interface UpdateTarget extends UpdateChannel {
  readonly carrier: Carrier;
  readonly arch: string;
  /** Whether Waxwing may put a new version in its own place. */
  readonly isInstallable: boolean;
  /** It is not at home here: it looks for nothing unasked. */
  readonly isGuest: boolean;
}

/** A file that is here and was checked; whoever installs it checks it again. */
export interface UpdateReady {
  readonly version: string;
  readonly path: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha512: string;
}

export interface UpdateSource extends UpdateTarget {
  /** The way to an address as the system is set up; directly when absent. */
  proxyFor(address: string): Promise<ProxyAddress | undefined>;
  /** Has this installed when the program ends, instead of what was said before. */
  install(ready: UpdateReady | undefined): void;
  /** Ends the program, and starts it again once it has installed. */
  restart(): void;
}
