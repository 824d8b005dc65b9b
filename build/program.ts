/**
 * The program that the linter of components asks for types. In it a component is what the linter's parser makes of it: its
 * script, and its markup as more script.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as svelteParser from 'svelte-eslint-parser';
import ts from 'typescript';
import * as typescriptParser from '@typescript-eslint/parser';
import { root } from './places.ts';

/** Components, and the modules with runes: the linter parses both in Svelte's way. */
export const isSveltes = (path: string): boolean => path.endsWith('.svelte') || path.endsWith('.svelte.ts');

/** The script that stands for a component when its types are asked for. */
function scriptOf(filePath: string): string {
  let script: string | undefined;
  const enough = new Error('the script is known');
  const parser = {
    parseForESLint: (code: string, options: { readonly projectService?: unknown }) => {
      if (options.projectService !== true)
        return typescriptParser.parseForESLint(code, { ...options, projectService: false });
      // Only the parse that is for the rules asks for types; the ones before it find out what it has to say, and what
      // comes of this one is not needed here.
      script = code;
      throw enough;
    },
  };
  try {
    svelteParser.parseForESLint(readFileSync(filePath, 'utf8'), { filePath, parser, projectService: true });
  } catch (thrown) {
    if (thrown !== enough) throw thrown;
  }
  if (script === undefined) throw new Error(`the parser of ${filePath} never asked for types`);
  return script;
}

/** @param paths components and modules with runes, from the root; what they import comes along */
export function createProgram(paths: readonly string[]): ts.Program {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    { allowNonTsExtensions: true }, // or components could be no part of it
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => fail(textOf([problem])) },
  );
  if (config === undefined) throw new Error('tsconfig.json cannot be read');
  const scripts = new Map(paths.map((path) => join(root, path)).map((path) => [path, scriptOf(path)]));
  const host = ts.createCompilerHost(config.options, true);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, options, ...rest) => {
    const script = scripts.get(path);
    if (script === undefined) return read(path, options, ...rest);
    return ts.createSourceFile(path, script, options, true, ts.ScriptKind.TS);
  };
  const ambient = config.fileNames.filter((path) => path.endsWith('.d.ts'));
  const rootNames = [...ambient, ...scripts.keys()];
  return ts.createProgram({ rootNames, options: config.options, host });
}

function textOf(problems: readonly ts.Diagnostic[]): string {
  return ts.formatDiagnostics(problems, {
    getCurrentDirectory: () => root,
    getCanonicalFileName: (path) => path,
    getNewLine: () => '\n',
  });
}

function fail(text: string): never {
  throw new Error(text);
}
