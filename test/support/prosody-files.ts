/** What a Prosody 0.12 of the tests reads: its configuration, and the rosters in its own storage format. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerCertificate } from './certificates.ts';
import type { Prosody, ProsodyOptions } from './prosody.ts';

export interface ConfigurationOptions extends Omit<ProsodyOptions, 'certificate'> {
  readonly domain: string;
  readonly folder: string;
  readonly data: string;
  readonly logFile: string;
  readonly certificate: ServerCertificate;
  readonly ports: Prosody['ports'];
  /** PEM file of the authority whose certificates people sign in with, instead of passwords. */
  readonly clientAuthority?: string | undefined;
}

const usualModules = [
  'roster saslauth tls disco posix',
  'carbons pep blocklist vcard4 vcard_legacy ping mam smacks csi_simple bookmarks offline',
].flatMap((line) => line.split(' '));

/** A Lua string literal. Every byte that is not plain is written as its number. */
export function luaString(text: string): string {
  const bytes = [...Buffer.from(text, 'utf8')];
  const escaped = bytes.map((byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\${String(byte).padStart(3, '0')}`,
  );
  return `"${escaped.join('')}"`;
}

/** How Prosody's file storage writes a user or host name in a path: all but ASCII letters and digits as `%xx`. */
export function encodeStoreName(name: string): string {
  return [...Buffer.from(name, 'utf8')]
    .map((byte) => String.fromCharCode(byte))
    .map((char) => (/[A-Za-z0-9]/.test(char) ? char : `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`))
    .join('');
}

const luaList = (values: readonly string[]): string => `{ ${values.map(luaString).join('; ')} }`;

export function configuration(options: ConfigurationOptions): string {
  const { domain, data, logFile, certificate, ports, modules = [], without = [], logStanzas } = options;
  const newest =
    options.sasl2 === true ? ['waxwing_sasl2', 'sasl2', 'sasl2_bind2', 'sasl2_fast', 'waxwing_sasl2_sm'] : [];
  const web = ports.web === undefined ? [] : ['websocket', 'bosh'];
  const enabled = [...usualModules, ...web, ...newest, ...modules, ...(logStanzas ? ['stanza_debug'] : [])];
  const verification =
    options.clientAuthority === undefined
      ? ''
      : `; verify = { "peer" }; cafile = ${luaString(options.clientAuthority)}`;
  const level = logStanzas ? 'debug' : 'info';
  return `
run_as_root = ${String(process.getuid?.() === 0)}
pidfile = ${luaString(join(options.folder, 'prosody.pid'))}
data_path = ${luaString(data)}
interfaces = { "127.0.0.1" }
c2s_ports = { ${String(ports.starttls)} }
c2s_direct_tls_ports = { ${String(ports.direct)} }
s2s_ports = { }; s2s_direct_tls_ports = { }; http_ports = { }
https_ports = { ${String(ports.web ?? '')} }; https_interfaces = { "127.0.0.1" }; http_default_host = ${luaString(domain)}
plugin_paths = { ${luaString(join(import.meta.dirname, 'prosody'))} }
modules_enabled = ${luaList(enabled.filter((name) => !without.includes(name)))}
modules_disabled = { "s2s" }
authentication = ${options.clientAuthority === undefined ? '"internal_hashed"' : '"ccert"'}
c2s_require_encryption = true
default_storage = "internal"
storage = { archive = "sql"; muc_log = "sql" }
sql = { driver = "SQLite3"; database = ${luaString(join(data, 'archive.sqlite'))} }
sqlite_tune = "fast"
default_archive_policy = true
archive_expires_after = "never"
max_archive_query_results = 250
smacks_max_queue_size = 5000
limits = { }
log = { { levels = { min = "${level}" }; to = "file"; filename = ${luaString(logFile)} } }
ssl = { key = ${luaString(certificate.key)}; certificate = ${luaString(certificate.certificate)}${verification} }
c2s_direct_tls_ssl = ssl
https_ssl = ssl
${options.config ?? ''}
VirtualHost ${luaString(domain)}
${options.components ?? ''}
`;
}

/** Writes a roster for everybody who has contacts; both sides see each other (`subscription='both'`). */
export function writeRosters(
  hostFolder: string,
  domain: string,
  contacts: readonly (readonly [string, string])[],
): void {
  const rosters = new Map<string, string[]>();
  for (const [one, other] of [...contacts, ...contacts.map(([a, b]) => [b, a] as const)]) {
    rosters.set(one, [...(rosters.get(one) ?? []), other]);
  }
  if (rosters.size > 0) mkdirSync(join(hostFolder, 'roster'), { recursive: true });
  for (const [owner, others] of rosters) {
    const items = others.map(
      (other) => `  [${luaString(`${other}@${domain}`)}] = { subscription = "both"; groups = {}; };\n`,
    );
    const text = `return {\n  [false] = { version = 1; pending = {}; };\n${items.join('')}};\n`;
    writeFileSync(join(hostFolder, 'roster', `${encodeStoreName(owner)}.dat`), text);
  }
}
