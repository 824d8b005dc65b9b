/**
 * A private Prosody on 127.0.0.1 with ports, folder, certificate and accounts of its own. It talks to no other
 * server and keeps what it stores over `restart` and `kill`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authorityCertificate, serverCertificate, type CertificateKind } from './certificates.ts';
import { startDaemon, type Daemon } from './daemon.ts';
import { temporaryFolder } from './folder.ts';
import { accepts, comesTrue, freePorts } from './ports.ts';
import { configuration, encodeStoreName, luaString, writeRosters } from './prosody-files.ts';
import { passwordsOf, type Accounts, type XmppServer } from './server.ts';
import { isOverWeb } from './way.ts';

export interface ProsodyOptions {
  /** Local parts with their passwords; a plain list gives each the password `secret-<name>`. */
  readonly accounts: Accounts;
  /** Pairs of local parts that see each other's presence from the start. */
  readonly contacts?: readonly (readonly [string, string])[];
  /** Modules beside the usual ones. */
  readonly modules?: readonly string[];
  /** SASL2, Bind 2 and tokens, by the community's modules. Stream management inside is ours. */
  readonly sasl2?: boolean;
  /** Serves WebSocket (`/xmpp-websocket`) and BOSH (`/http-bind`) over HTTPS. */
  readonly web?: boolean;
  /** Usual modules to leave out. */
  readonly without?: readonly string[];
  /** People sign in by certificates of the tests' authority, and by nothing else (the community's `mod_auth_ccert`). */
  readonly clientCertificates?: boolean;
  /** Lines of Prosody's configuration, before the first host. */
  readonly config?: string;
  /** Lines at the end, where components belong. */
  readonly components?: string;
  readonly domain?: string;
  readonly certificate?: CertificateKind;
  /** Writes every stanza, as the server sees it after decryption, into the log. */
  readonly logStanzas?: boolean;
}

export type Prosody = XmppServer;

/**
 * Starts the server and returns when both ports answer.
 * @throws Error with the end of the server's log when it does not come up.
 */
export async function startProsody(options: ProsodyOptions): Promise<Prosody> {
  const { domain = 'localhost', accounts, contacts = [] } = options;
  const passwords = passwordsOf(accounts);
  const { path: folder, remove } = temporaryFolder('prosody');
  const data = join(folder, 'data');
  const logFile = join(folder, 'prosody.log');
  const certificate = await serverCertificate(domain, options.certificate);
  const authority = await authorityCertificate();
  const clientAuthority = options.clientCertificates === true ? authority : undefined;
  // A plain password: Prosody replaces it by its SCRAM form when it is first used.
  const accountFolder = join(data, encodeStoreName(domain), 'accounts');
  mkdirSync(accountFolder, { recursive: true });
  for (const [name, password] of passwords) {
    const file = join(accountFolder, `${encodeStoreName(name)}.dat`);
    writeFileSync(file, `return { ["password"] = ${luaString(password)}; };\n`);
  }
  writeRosters(join(data, encodeStoreName(domain)), domain, contacts);

  const launch = async (ports: Prosody['ports']): Promise<Daemon | undefined> => {
    const file = join(folder, 'prosody.cfg.lua');
    const settings = { ...options, domain, folder, data, logFile, certificate, ports, clientAuthority };
    writeFileSync(file, configuration(settings));
    const rights = process.getuid?.() === 0 ? ['--root'] : [];
    const before = readIfThere(logFile).length;
    const args = [...rights, '--config', file, '-F'];
    const started = await startDaemon('prosody', args, { cwd: folder, log: logFile });
    // Somebody else may have taken a port since we looked, so an answer is not enough: it must be Prosody's.
    const isUp = await comesTrue(10_000, async () => {
      if (started.hasEnded()) return false;
      const news = readIfThere(logFile).slice(before);
      const isOpen = (port: number): boolean => news.includes(`on [127.0.0.1]:${String(port)}`);
      const needed = [ports.starttls, ports.direct, ...(ports.web === undefined ? [] : [ports.web])];
      return needed.every(isOpen) && (await accepts(ports.starttls));
    });
    if (isUp) return started;
    await started.stop('SIGKILL');
    return undefined;
  };
  const failure = (): Error =>
    new Error(`Prosody did not start:\n${readIfThere(logFile).split('\n').slice(-30).join('\n')}`);

  let ports = await somePorts(options.web ?? isOverWeb);
  let daemon = await launch(ports);
  for (let attempt = 1; daemon === undefined && attempt < 3; attempt++) {
    ports = await somePorts(options.web ?? isOverWeb);
    daemon = await launch(ports);
  }
  if (daemon === undefined) throw failure();
  let running = daemon;

  return {
    domain,
    ports,
    webPaths: { websocket: 'xmpp-websocket', bosh: 'http-bind' },
    folder,
    authority,
    fingerprint: certificate.fingerprint,
    account: (name) => {
      const password = passwords.get(name);
      if (password === undefined) throw new Error(`No account ${name} on this server`);
      return { address: `${name}@${domain}`, password };
    },
    readLog: () => readIfThere(logFile),
    restart: async () => {
      if (!running.hasEnded()) await running.stop();
      const again = await launch(ports);
      if (again === undefined) throw failure();
      running = again;
    },
    kill: () => running.stop('SIGKILL'),
    stop: async () => {
      if (!running.hasEnded()) await running.stop();
      remove();
    },
  };
}

const readIfThere = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

async function somePorts(isOnWeb = false): Promise<Prosody['ports']> {
  const [starttls = 0, direct = 0, web = 0] = await freePorts(3);
  return { starttls, direct, ...(isOnWeb && { web }) };
}
