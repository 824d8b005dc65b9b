/**
 * Takes guards of the transport and of authentication away, one at a time and in a copy of the source, and asks whether a
 * test notices. A guard that nobody misses is either useless or untested.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/places.ts';
import { temporaryFolder } from '../support/folder.ts';

interface Guard {
  /** Below electron/xmpp. */
  readonly file: string;
  readonly guard: string;
  readonly without: string;
  /** Words in the paths of the tests that should notice. */
  readonly tests: readonly string[];
}

const parser = ['xmpp/transport/parser', 'xmpp/transport/expat'];
const login = ['hostile/downgrades', 'hostile/stream.test', 'hostile/sasl2', 'xmpp/auth'];

const rows: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['transport/parser.ts', 'if (this.#size > stanzaBytes)', 'if (false)', parser],
  ['transport/parser.ts', 'if (this.#open.length > depth)', 'if (false)', parser],
  ['transport/parser.ts', 'if (this.#elements > elements)', 'if (false)', parser],
  ['transport/parser.ts', "if (header.name !== 'stream' || header.ns !== NS_STREAM)", 'if (false)', parser],
  ['transport/parser.ts', 'if (contentNamespace !== NS_CLIENT)', 'if (false)', parser],
  ['transport/parser.ts', 'if (isBroken) throw', 'if (false) throw', parser],
  ['transport/parser.ts', 'if (!this.#isStopped || !this.#refusesRest)', 'if (true)', parser],
  [
    'transport/utf8.ts',
    "new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })",
    "new TextDecoder('utf-8', { ignoreBOM: true })",
    parser,
  ],
  ['transport/utf8.ts', 'ignoreBOM: true', 'ignoreBOM: false', parser],
  ['transport/scanner.ts', 'if (bad >= 0 && !this.#isStopped)', 'if (false)', parser],
  ['transport/scanner.ts', "if (seen.startsWith('<!-'))", 'if (false)', parser],
  ['transport/scanner.ts', "if (seen.startsWith('<!D'))", 'if (false)', parser],
  ['transport/scanner.ts', 'if (count > this.maximumAttributes)', 'if (false)', parser],
  ['transport/scanner.ts', 'if (names.size < foreign.length)', 'if (false)', parser],
  ['transport/scanner.ts', 'else if (attrs[key.whole] !== undefined)', 'else if (false)', parser],
  ['transport/scanner.ts', 'if (declared.has(key.whole))', 'if (false)', parser],
  ['transport/scanner.ts', 'if (!hadSpace)', 'if (false)', parser],
  ['transport/scanner.ts', 'if (this.#before + start > 0)', 'if (false)', parser],
  ['transport/scanner.ts', 'if (!isSame) throw', 'if (false) throw', parser],
  ['transport/grammar.ts', 'if (!isCharacter(code)) throw', 'if (false) throw', parser],
  ['transport/grammar.ts', "if (encoding.toLowerCase() !== 'utf-8')", 'if (false)', parser],
  ['transport/namespaces.ts', 'if (isReserved) throw', 'if (false) throw', parser],
  ['transport/namespaces.ts', "if (namespace === '') throw", 'if (false) throw', parser],
  ['transport/namespaces.ts', 'if (namespace === undefined)', 'if (false)', parser],
  ['transport/starttls.ts', "if (child(element, 'starttls', NS_TLS) === undefined)", 'if (false)', login],
  ['transport/starttls.ts', "parser.stop('refuse');", 'parser.stop();', login],
  [
    'transport/tls.ts',
    "minVersion: 'TLSv1.2',",
    "minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0',",
    login,
  ],
  ['transport/certificate.ts', "subject: 'never', ", '', login],
  ['transport/certificate.ts', 'partialWildcards: false', 'partialWildcards: true', login],
  [
    'transport/certificate.ts',
    "return isFor(certificate, domain) ? undefined : 'wrong-name';",
    'return undefined;',
    login,
  ],
  ['auth/choose.ts', '&& !options.scramSeen', '', login],
  ['auth/choose.ts', '&& !offersScram', '', login],
  ['auth/choose.ts', 'if (options.isStrict && offersBinding !== (types !== undefined))', 'if (false)', login],
  [
    'auth/choose.ts',
    'if (types !== undefined && family !== undefined && bindings.length > 0)',
    'if (false)',
    login,
  ],
  [
    'auth/scram.ts',
    'if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length)',
    'if (false)',
    login,
  ],
  ['auth/scram.ts', 'nonce.length === clientNonce.length', 'false', login],
  ['auth/scram.ts', 'iterations < ITERATIONS.minimum', 'false', login],
  ['auth/scram.ts', 'iterations > ITERATIONS.maximum', 'false', login],
  ['auth/scram.ts', 'if (!isProven || data.length > 0) prove', 'if (data.length > 0) prove', login],
  ['auth/scram.ts', '!timingSafeEqual(claimed, serverSignature)', 'false', login],
  ['auth/scram.ts', 'if (announced !== undefined &&', 'if (false &&', login],
  ['auth/scram.ts', 'if (version !== undefined && version !== tls)', 'if (false)', login],
  ['auth/token.ts', '|| !timingSafeEqual(data, expected)', '', login],
  ['auth/sasl2.ts', '|| this.#isAnswering', '', login],
  ['auth/sasl2.ts', 'if (jid === undefined || bareOf(jid) !== address)', 'if (jid === undefined)', login],
  ['auth/sasl2.ts', 'if (this.#mustFail) {', 'if (false) {', login],
  [
    'session-start.ts',
    'if (jid === undefined || bareOf(jid) !== this.#options.address)',
    'if (jid === undefined)',
    ['xmpp/stream.test', 'hostile/stream'],
  ],
  ['session-start.ts', "element.attrs['previd'] === resume.id", 'true', ['hostile/stream']],
  [
    'session.ts',
    'if (this.#acknowledged + advance > this.#sent)',
    'if (false)',
    ['xmpp/session', 'hostile/stream'],
  ],
  ['session.ts', 'return value < MODULUS ? value : undefined;', 'return value;', ['xmpp/session']],
  ['requests.ts', "|| !this.#mayAnswer(reply.attrs['from'], waiting.to)", '', ['hostile', 'xmpp/stream']],
  [
    'transport/srv.ts',
    '.filter(({ name }) => !isRefusal(name))',
    '',
    ['xmpp/transport/srv', 'xmpp/transport/detours'],
  ],
];

/** Whether these tests pass in the copy of the project. */
function pass(path: string, tests: readonly string[]): boolean {
  const { status } = spawnSync(
    process.execPath,
    [
      ...[join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'build/vitest.config.ts'],
      ...['--project', 'unit', '--bail', '1', ...tests],
    ],
    { cwd: path, stdio: 'ignore', timeout: 300_000 },
  );
  return status === 0;
}

/**
 * @returns how many guards nobody misses
 * @throws Error when the tests fail with all guards in their places: then a failure means nothing
 */
export function tryWithoutGuards(): number {
  const guards = rows.map(([file, guard, without, tests]): Guard => ({ file, guard, without, tests }));
  const { path, remove } = temporaryFolder('guards');
  for (const part of ['electron', 'shared', 'test', 'build', 'package.json', 'tsconfig.json']) {
    cpSync(join(root, part), join(path, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'));
  let idle = 0;
  try {
    const all = [...new Set(guards.flatMap(({ tests }) => tests))];
    if (!pass(path, all)) throw new Error('the tests fail with all guards in their places');
    for (const { file, guard, without, tests } of guards) {
      const place = join(path, 'electron/xmpp', file);
      const source = readFileSync(place, 'utf8');
      if (source.split(guard).length !== 2) throw new Error(`${file} has not exactly one ${guard}`);
      writeFileSync(
        place,
        source.replace(guard, () => without),
      );
      const isMissed = !pass(path, tests);
      writeFileSync(place, source);
      if (!isMissed) idle += 1;
      console.log(`${isMissed ? 'missed     ' : 'NOT MISSED '} ${file}: ${guard}`);
    }
  } finally {
    remove();
  }
  console.log(`${guards.length} guards, ${guards.length - idle} of them missed by a test`);
  return idle;
}
