/**
 * The import law: which folder may import what. The table is the architecture; the loop compares every import of
 * every source file with it.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { isBuiltin } from 'node:module';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { root } from '../build/places.ts';

/**
 * For each area what it may import beside itself: other areas by path, packages by name (`x/*` means parts of it),
 * `node` for what Node brings. `types` are areas of which only types may be imported.
 */
interface Law {
  readonly area: string;
  readonly may: readonly string[];
  readonly types?: readonly string[];
}

const law: readonly Law[] = [
  { area: 'shared', may: ['valibot', 'tr46', 'tr46/*'] },
  {
    area: 'electron/xmpp',
    may: ['node', 'shared', '@xmpp/*', '@mongodb-js/saslprep', 'ws'],
  },
  { area: 'electron/store', may: ['node', 'shared', 'better-sqlite3'] },
  {
    area: 'electron/omemo',
    may: ['node', 'shared', 'electron/xmpp', 'electron/store'],
  },
  { area: 'electron/files', may: ['node', 'shared'] },
  {
    area: 'electron/engine',
    may: ['node', 'shared', 'electron/omemo', 'electron/xmpp', 'electron/store', 'electron/files', 'valibot'],
  },
  { area: 'electron/shell', may: ['node', 'shared', 'electron', 'valibot'], types: ['electron/engine'] },
  {
    area: 'electron/main.ts',
    may: ['node', 'shared', 'electron', 'electron/shell', 'electron/engine', 'electron/store'],
  },
  { area: 'electron/preload.ts', may: ['electron'], types: ['shared', 'electron/shell'] },
  {
    area: 'renderer',
    may: ['shared', 'svelte', 'svelte/*', '@lucide/svelte', '@lucide/svelte/*'],
    types: ['shared/contract.ts'],
  },
];
/** Packages of the window that are allowed by name, one line each, so that a new one is a decision. */
const windowPackages = ['virtua/svelte', 'linkifyjs', 'intl-messageformat', 'qr', 'qr/decode.js'];

/** Things that exactly one file may name. */
const single: readonly { what: string; in: readonly string[]; file: string; names: RegExp }[] = [
  ...[
    { what: '@xmpp/client', file: 'electron/xmpp/stream.ts' },
    { what: 'better-sqlite3', file: 'electron/store/database.ts' },
    // An oracle: the product runs a ratchet of its own, and the tests hold it against this one.
    {
      what: 'libsignal-protocol-typescript',
      file: 'test/omemo/libsignal/sessions.ts',
      in: ['electron', 'renderer', 'shared', 'test/omemo/libsignal'],
    },
    { what: 'ws', file: 'electron/xmpp/transport/websocket.ts' },
  ].map(({ what, file, in: folders = ['electron', 'renderer', 'shared'] }) => ({
    what,
    file,
    in: folders,
    names: new RegExp(`['"]${what}(/[^'"]*)?['"]`),
  })),
  {
    what: 'adding a message', // what is added past it is not found, and the index takes its deletion for damage
    file: 'electron/store/messages.ts',
    in: ['electron'],
    names: /INSERT (OR \w+ )?INTO (main\.)?messages\b/i,
  },
  {
    what: 'window.bridge',
    file: 'renderer/bridge.ts',
    in: ['renderer'],
    names: /\bbridge\b[^;\n]*\}\s*=\s*(window|globalThis)\b|\b(window|globalThis)\b[^;\n]*[.'"]bridge\b/,
  },
];

const LINES = 400;
/** Tables of hostile rows are read row by row: cutting them in two would only hide what is missing. */
const TEST_LINES = 650;
/** Made by a test from the catalogue, one line for each sentence: nobody reads it. */
const GENERATED = 'renderer/i18n/arguments.ts';

const sources = (...folders: string[]): string[] =>
  globSync(
    folders.map((folder) => `${folder}/**/*.{ts,svelte,css,html,mjs,js}`),
    { cwd: root },
  )
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What is imported by a file of ours, found once for all the tests that ask. */
const known = new Map<string, Import[]>();
function importsIn(file: string): Import[] {
  const found = known.get(file) ?? importsOf(file, read(file));
  known.set(file, found);
  return found;
}

interface Import {
  readonly specifier: string;
  readonly isTypeOnly: boolean;
}

/** Every way a module can be named: import, export from, import(), require(), and import types. */
export function importsOf(file: string, text: string): Import[] {
  const scripts = file.endsWith('.svelte')
    ? [...text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '')
    : [text];
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const isTypeOnly = ts.isImportDeclaration(node)
        ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : node.isTypeOnly;
      found.push({ specifier: (node.moduleSpecifier as ts.StringLiteral).text, isTypeOnly });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      found.push({ specifier: (node.argument.literal as ts.StringLiteral).text, isTypeOnly: true });
    } else if (ts.isCallExpression(node)) {
      const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
      const isRequire = !isImport && /(^|\.)require(\.resolve)?$/.test(node.expression.getText());
      const argument = node.arguments[0];
      if (isImport || isRequire) {
        const isKnown = argument !== undefined && ts.isStringLiteralLike(argument);
        found.push({ specifier: isKnown ? argument.text : '(computed)', isTypeOnly: false });
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const script of scripts) visit(ts.createSourceFile(file, script, ts.ScriptTarget.Latest, true));
  return found;
}

const isWithin = (path: string, area: string): boolean => path === area || path.startsWith(`${area}/`);

/** The name in the table's words: an area's path for our own files, `node`, or the package as it is written. */
function target(file: string, specifier: string): string {
  if (specifier.startsWith('.'))
    return relative(root, join(root, dirname(file), specifier)).replaceAll('\\', '/');
  if (specifier === 'electron') return 'electron (the package)';
  return isBuiltin(specifier) ? 'node' : specifier;
}

function isAllowed(file: string, { specifier, isTypeOnly }: Import, { area, may, types = [] }: Law): boolean {
  const name = target(file, specifier);
  const isOurs = specifier.startsWith('.');
  const matches = (entry: string): boolean => {
    if (isOurs) return isWithin(name, entry);
    if (entry === 'electron') return specifier === 'electron';
    return entry.endsWith('/*') ? name.startsWith(entry.slice(0, -1)) : name === entry;
  };
  if (isOurs && isWithin(name, area)) return true;
  if (types.some(matches)) return isTypeOnly;
  // The word `electron` in the table means the package; our own folder of that name is always given by a longer path.
  return may.filter((entry) => !(isOurs && entry === 'electron')).some(matches);
}

describe('who may import whom', () => {
  test.each(law)('$area', (each) => {
    const complete = each.area === 'renderer' ? { ...each, may: [...each.may, ...windowPackages] } : each;
    const files = sources('electron', 'renderer', 'shared').filter((file) => isWithin(file, each.area));
    const broken = files.flatMap((file) =>
      importsIn(file)
        .filter((found) => !isAllowed(file, found, complete))
        .map(({ specifier, isTypeOnly }) => `${file} imports ${isTypeOnly ? 'types of ' : ''}${specifier}`),
    );
    expect(files).not.toEqual([]);
    expect(broken).toEqual([]);
  });

  test('no file is outside the table', () => {
    const lost = sources('electron', 'renderer', 'shared').filter(
      (file) => !law.some(({ area }) => isWithin(file, area)),
    );
    expect(lost).toEqual([]);
  });

  test('the program never imports what only builds or tests it', () => {
    const broken = sources('electron', 'renderer', 'shared').flatMap((file) =>
      importsIn(file)
        .filter(({ specifier }) => /^(build|test)\//.test(target(file, specifier)))
        .map(({ specifier }) => `${file} imports ${specifier}`),
    );
    expect(broken).toEqual([]);
  });
});

test.each(single)('$what appears in exactly one file', ({ in: folders, file, names }) => {
  // A declaration file names what it describes and runs nothing.
  const files = sources(...folders).filter((each) => !each.endsWith('.d.ts'));
  expect(files.filter((each) => names.test(read(each)))).toEqual([file]);
});

test('no file is longer than its budget', () => {
  const long = sources('electron', 'renderer', 'shared', 'build', 'test').filter(
    (file) =>
      file !== GENERATED &&
      read(file).split('\n').length > (file.startsWith('test/') ? TEST_LINES : LINES) + 1,
  );
  expect(long).toEqual([]);
});

describe('the law sees', () => {
  const engineInShell: Law = {
    area: 'electron/shell',
    may: ['shared', 'electron'],
    types: ['electron/engine'],
  };
  const check = (text: string, each: Law = engineInShell): boolean[] =>
    importsOf(`${each.area}/x.ts`, text).map((found) => isAllowed(`${each.area}/x.ts`, found, each));

  test.each([
    [`import type { A } from '../engine/a.ts'`, true],
    [`import { a } from '../engine/a.ts'`, false],
    [`import { type A } from '../engine/a.ts'`, false],
    [`export { a } from '../engine/a.ts'`, false],
    [`export type { A } from '../engine/a.ts'`, true],
    [`type A = import('../engine/a.ts').A`, true],
    [`const a = await import('../engine/a.ts')`, false],
    [`const a = require('../engine/a.ts')`, false],
    [`const a = await import(name)`, false],
    [`import '../store/a.ts'`, false],
    [`import { app } from 'electron'`, true],
    [`import { x } from '../../shared/x.ts'`, true],
    [`import { x } from './y.ts'`, true],
    [`import { x } from 'left-pad'`, false],
    [`import { x } from '../main.ts'`, false],
  ])('%s', (text, isLawful) => {
    expect(check(text)).toEqual([isLawful]);
  });

  test('both scripts of a component', () => {
    const text = `<script module>import 'a'</script>\n<script lang="ts">import 'b'</script><p>import 'c'</p>`;
    expect(importsOf('renderer/x.svelte', text).map(({ specifier }) => specifier)).toEqual(['a', 'b']);
  });
});

// It starts its event loop only after the main module has run: waiting there waits for ever.
test('nothing waits at the top level until Electron is ready', () => {
  const waits = globSync('electron/**/*.ts', { cwd: root }).filter((path) =>
    /^await [^;]*whenReady\(/m.test(readFileSync(join(root, path), 'utf8')),
  );
  expect(waits).toEqual([]);
});
