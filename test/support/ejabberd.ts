/**
 * A private ejabberd on 127.0.0.1 with ports, folder, certificate and accounts of its own. It is started without its
 * control script, so that it needs no epmd, no service and no system folder, and joins no Erlang network.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { authorityCertificate, serverCertificate, type CertificateKind } from './certificates.ts';
import { startDaemon, type Daemon } from './daemon.ts';
import { configuration, READY, startingCode, type EjabberdPorts } from './ejabberd-files.ts';
import { temporaryFolder } from './folder.ts';
import { accepts, comesTrue, freePorts } from './ports.ts';
import { passwordsOf, type Accounts, type XmppServer } from './server.ts';

export interface EjabberdOptions {
  readonly accounts: Accounts;
  /** Pairs of local parts that see each other's presence from the start. */
  readonly contacts?: readonly (readonly [string, string])[];
  /** Modules to leave out. */
  readonly without?: readonly string[];
  /** Options of modules, as YAML in one line: `{ mod_stream_mgmt: '{resume_timeout: 1}' }`. */
  readonly modules?: Readonly<Record<string, string>>;
  /** People may sign in by certificates of the tests' authority, too. */
  readonly clientCertificates?: boolean;
  readonly domain?: string;
  readonly certificate?: CertificateKind;
}

export interface Ejabberd extends XmppServer {
  readonly ports: EjabberdPorts;
}

/**
 * Starts the server and returns when its ports answer and its accounts exist.
 * @throws Error with the end of the server's log when it does not come up.
 */
export async function startEjabberd(options: EjabberdOptions): Promise<Ejabberd> {
  const { domain = 'localhost', accounts, contacts = [], without = [], modules = {} } = options;
  const passwords = passwordsOf(accounts);
  const { path: folder, remove } = temporaryFolder('ejabberd');
  const [database, logs] = [join(folder, 'database'), join(folder, 'logs')];
  for (const path of [database, logs, join(folder, 'upload')]) mkdirSync(path);
  const output = join(folder, 'output.log');
  writeFileSync(output, '');
  const { certificate, key, fingerprint } = await serverCertificate(domain, options.certificate);
  const pem = join(folder, 'certificate.pem');
  writeFileSync(pem, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'), { mode: 0o600 });
  // A copy: the program runs as somebody who may not read the original.
  const clientAuthority = options.clientCertificates === true ? join(folder, 'authority.pem') : undefined;
  if (clientAuthority !== undefined)
    writeFileSync(clientAuthority, readFileSync(await authorityCertificate()));
  const configurationFile = join(folder, 'ejabberd.yml');

  const launch = async (ports: EjabberdPorts): Promise<Daemon | undefined> => {
    const settings = { domain, folder, certificate: pem, ports, without, modules, clientAuthority };
    writeFileSync(configurationFile, configuration(settings), { mode: 0o644 });
    const identity = giveAway(folder);
    const before = readFileSync(output, 'utf8').length;
    const [program, ...args] = [
      ...identity,
      ...['erl', '-noinput', '-boot', 'start_clean', '-mnesia', 'dir', `"${database}"`],
      ...['-pa', codeFolder(), '-eval', startingCode(domain, passwords, contacts)],
    ];
    const started = await startDaemon(program ?? 'erl', args, {
      cwd: folder,
      log: output,
      env: {
        ...process.env,
        HOME: folder,
        EJABBERD_CONFIG_PATH: configurationFile,
        EJABBERD_LOG_PATH: join(logs, 'ejabberd.log'),
        ERL_CRASH_DUMP: '/dev/null',
        // Its threads shall not wait busily: the machine is shared with what is tested.
        ERL_FLAGS: '+sbwt none +sbwtdcpu none +sbwtdio none',
      },
    });
    const isUp = await comesTrue(20_000, async () => {
      if (started.hasEnded()) return false;
      if (!readFileSync(output, 'utf8').slice(before).includes(READY)) return false;
      return (await accepts(ports.starttls)) && (await accepts(ports.web));
    });
    if (isUp) return started;
    await started.stop('SIGKILL');
    return undefined;
  };
  const failure = (): Error =>
    new Error(`ejabberd did not start:\n${readFileSync(output, 'utf8').split('\n').slice(-30).join('\n')}`);

  let ports = await threePorts();
  let daemon = await launch(ports);
  for (let attempt = 1; daemon === undefined && attempt < 3; attempt++) {
    ports = await threePorts();
    daemon = await launch(ports);
  }
  if (daemon === undefined) throw failure();
  let running = daemon;

  return {
    domain,
    ports,
    webPaths: { websocket: 'ws', bosh: 'bosh' },
    folder,
    authority: await authorityCertificate(),
    fingerprint,
    account: (name) => {
      const password = passwords.get(name);
      if (password === undefined) throw new Error(`No account ${name} on this server`);
      return { address: `${name}@${domain}`, password };
    },
    readLog: () => {
      const file = join(logs, 'ejabberd.log');
      return readFileSync(output, 'utf8') + (existsSync(file) ? readFileSync(file, 'utf8') : '');
    },
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

async function threePorts(): Promise<EjabberdPorts> {
  const [starttls = 0, direct = 0, web = 0] = await freePorts(3);
  return { starttls, direct, web };
}

/** Where the package keeps the compiled program. @throws Error when it is not installed. */
function codeFolder(): string {
  const [file] = globSync('/usr/lib/{,*/}ejabberd-*/ebin/ejabberd.app');
  if (file === undefined) throw new Error('ejabberd is not installed');
  return dirname(file);
}

/**
 * As root, the folder is given to the account that the package made, and the program runs as it. Returns the words
 * that go before the program; the signal at the parent's death has to be asked for after the change of identity.
 */
function giveAway(folder: string): string[] {
  if (process.getuid?.() !== 0) return [];
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith('ejabberd:'));
  const [, , user, group] = (line ?? '').split(':').map(Number);
  if (user === undefined || group === undefined) throw new Error('the package has made no account ejabberd');
  for (const path of [folder, ...globSync(join(folder, '**'))]) chownSync(path, user, group);
  chmodSync(folder, statSync(folder).mode & 0o700);
  return [
    'setpriv',
    '--pdeathsig',
    'KILL',
    '--reuid',
    String(user),
    '--regid',
    String(group),
    '--clear-groups',
    '--',
  ];
}
