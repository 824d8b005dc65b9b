/** What an ejabberd 23.01 of the tests reads: its configuration, and the Erlang that starts it and makes its accounts. */
import { join } from 'node:path';

export interface EjabberdPorts {
  readonly starttls: number;
  readonly direct: number;
  /** HTTPS: WebSocket at `/ws`, BOSH at `/bosh`, uploads below `/upload`. */
  readonly web: number;
}

export interface ConfigurationOptions {
  readonly domain: string;
  readonly folder: string;
  /** PEM file of the certificate with its key. */
  readonly certificate: string;
  readonly ports: EjabberdPorts;
  /** Modules to leave out. */
  readonly without: readonly string[];
  /** Options of modules, as YAML in one line, in place of the usual ones. */
  readonly modules: Readonly<Record<string, string>>;
  /** PEM file of the authority whose certificates clients may sign in with; none may when it is absent. */
  readonly clientAuthority?: string | undefined;
}

/** Megabytes and seconds as the program's own files spell them; JSON strings are YAML strings. */
export function configuration(options: ConfigurationOptions): string {
  const { domain, folder, certificate, ports, without } = options;
  const upload = `https://${domain}:${String(ports.web)}/upload`;
  const modules: Record<string, string> = {
    mod_roster: '{versioning: true}',
    mod_disco: '{}',
    mod_caps: '{}',
    mod_carboncopy: '{}',
    mod_mam: '{assume_mam_usage: true, default: always}',
    mod_offline: '{}',
    mod_ping: '{}',
    mod_privacy: '{}',
    mod_blocking: '{}',
    mod_bosh: '{}',
    mod_client_state: '{}',
    mod_http_upload: `{put_url: ${JSON.stringify(upload)}, docroot: ${JSON.stringify(join(folder, 'upload'))}, max_size: 10485760, access: all}`,
    mod_pubsub:
      '{plugins: [flat, pep], max_items_node: 1000, force_node_config: {"eu.siacs.conversations.axolotl.*": {access_model: open}}}',
    mod_stream_mgmt: '{resume_timeout: 600, max_ack_queue: 5000, resend_on_timeout: if_offline}',
    mod_muc: '{}',
    mod_vcard: '{}',
    mod_register: '{ip_access: all}',
    ...options.modules,
  };
  const verification =
    options.clientAuthority === undefined
      ? ''
      : `, tls_verify: true, cafile: ${JSON.stringify(options.clientAuthority)}`;
  const listener = (port: number, security: string): string =>
    `  - {port: ${String(port)}, ip: "127.0.0.1", module: ejabberd_c2s, max_stanza_size: 262144, shaper: none, access: all, ${security}${verification}}`;
  return `hosts: [${JSON.stringify(domain)}]
loglevel: info
log_rotate_count: 0
certfiles: [${JSON.stringify(certificate)}]
listen:
${listener(ports.starttls, 'starttls: true, starttls_required: true')}
${listener(ports.direct, 'tls: true')}
  - port: ${String(ports.web)}
    ip: "127.0.0.1"
    module: ejabberd_http
    tls: true
    request_handlers: {"/ws": ejabberd_http_ws, "/bosh": mod_bosh, "/upload": mod_http_upload}
registration_timeout: infinity
auth_password_format: scram
auth_scram_hash: sha256
acl: {local: {user_regexp: ""}}
shaper_rules: {}
modules:
${Object.entries(modules)
  .filter(([name]) => !without.includes(name))
  .map(([name, value]) => `  ${name}: ${value}`)
  .join('\n')}
`;
}

/** An Erlang binary of any bytes. */
export function erlangBinary(text: string): string {
  return `<<${[...Buffer.from(text, 'utf8')].join(',')}>>`;
}

/**
 * Starts the program, makes the accounts where they are missing, and says so: the line that this ends with is on
 * standard output when everything is there.
 */
export function startingCode(
  domain: string,
  passwords: ReadonlyMap<string, string>,
  contacts: readonly (readonly [string, string])[],
): string {
  const host = erlangBinary(domain);
  const accounts = [...passwords].map(
    ([name, password]) =>
      `ejabberd_auth:try_register(${erlangBinary(name)}, ${host}, ${erlangBinary(password)})`,
  );
  const entries = [...contacts, ...contacts.map(([one, other]) => [other, one] as const)].map(
    ([owner, other]) =>
      `mod_admin_extra:add_rosteritem(${erlangBinary(owner)}, ${host}, ${erlangBinary(other)}, ${host}, <<>>, <<>>, <<"both">>)`,
  );
  const steps = [...accounts, ...entries, `io:format("~s~n", ["${READY}"])`];
  return `case application:ensure_all_started(ejabberd) of {ok, _} -> ${steps.join(', ')}; Error -> io:format("~p~n", [Error]), halt(1) end.`;
}

/** What a started server says. */
export const READY = 'waxwing test server is ready';
