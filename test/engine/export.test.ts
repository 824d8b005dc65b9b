/** Chats as files: complete, the same every time, inert, and whole or not there at all. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SaxesParser } from 'saxes';
import { expect, onTestFinished, test } from 'vitest';
import { createEngine } from '../../electron/engine/engine.ts';
import { exportChats, suggestName, type ExportOrder } from '../../electron/engine/export.ts';
import { escapeText, HtmlPage } from '../../electron/engine/export-html.ts';
import { importChats } from '../../electron/engine/import.ts';
import { createProfile, type Profile } from '../../electron/engine/profile.ts';
import { writeTarget } from '../../electron/engine/target-file.ts';
import { Refusal } from '../../shared/answer.ts';
import { listChats, openChat } from '../../electron/store/chats.ts';
import { countPending } from '../../electron/store/outbox.ts';
import { insertAccount } from '../../electron/store/accounts.ts';
import { pageTranscript } from '../../electron/store/transcript.ts';
import { hostileTexts, juliet, temporaryDatabase, withChat, add } from '../store/profile.ts';
import { createTestHost } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { markup, sayEverything } from '../support/said.ts';

const open = (): { profile: Profile; folder: string } => {
  const { path, remove } = temporaryFolder('export');
  onTestFinished(remove);
  const host = createTestHost({ profile: path });
  const fail = (error: unknown): void => {
    throw error;
  };
  return { profile: createProfile(host, temporaryDatabase(), () => undefined, fail), folder: path };
};
const to = (path: string, order: Partial<ExportOrder> = {}): ExportOrder => ({
  format: 'json',
  path,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...order,
});
const from = (path: string): Parameters<typeof importChats>[1] => ({
  path,
  signal: new AbortController().signal,
  onProgress: () => undefined,
});
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : error),
  );

interface File {
  accounts: { address: string; chats: { address: string; messages: { id: number; text: string }[] }[] }[];
}

test('JSON has every row once, in order, and is the same every time', async () => {
  const { profile, folder } = open();
  sayEverything(profile.database);
  const [one, two] = [join(folder, 'one.json'), join(folder, 'two.json')];
  const steps: number[] = [];
  const count = await exportChats(profile, to(one, { onProgress: (done) => steps.push(done) }));
  expect(await exportChats(profile, to(two))).toBe(count);
  expect(readFileSync(one)).toEqual(readFileSync(two));
  expect(statSync(one).mode & 0o777).toBe(0o600);

  const file = JSON.parse(readFileSync(one, 'utf8')) as File;
  expect(file).toMatchObject({ format: 'waxwing-export', version: 1 });
  expect(file.accounts.map(({ address }) => address)).toEqual(['benvolio@montague.example', juliet.address]);
  const all = file.accounts.flatMap(({ chats }) => chats.flatMap(({ messages }) => messages));
  expect(all).toHaveLength(count);
  const rows = listChats(profile.database).flatMap(({ id }) =>
    pageTranscript(profile.database, id, 0, 1_000),
  );
  expect(new Set(all.map(({ id }) => id))).toEqual(new Set(rows.map(({ id }) => id)));
  const texts = all.map(({ text }) => text);
  for (const text of [...hostileTexts, ...markup]) expect(texts).toContain(text);
  for (const { chats } of file.accounts)
    for (const { messages } of chats)
      expect(messages.map(({ id }) => id)).toEqual(messages.map(({ id }) => id).toSorted((a, b) => a - b));
  expect(steps.at(0)).toBe(0);
  expect(steps.at(-1)).toBe(count);
  expect(readFileSync(one, 'utf8')).not.toContain(juliet.password);
});

test('one chat is only that chat', async () => {
  const { profile, folder } = open();
  const { chat } = sayEverything(profile.database);
  const path = join(folder, suggestName(profile, { chat, format: 'json' }));
  expect(path).toMatch(/romeo@montague\.example\.json$/u);
  await exportChats(profile, to(path, { chat }));
  const file = JSON.parse(readFileSync(path, 'utf8')) as File;
  expect(file.accounts.map(({ chats }) => chats.map(({ address }) => address))).toEqual([
    ['romeo@montague.example'],
  ]);
});

/** What a strict parser finds in a page: each element with its attributes, and the texts of the messages. */
function parse(page: string): { shapes: Set<string>; texts: string[]; policy: string } {
  const shapes = new Set<string>();
  const texts: string[] = [];
  let [policy, text] = ['', ''];
  const stack: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    stack.push(name);
    if (attributes['http-equiv'] !== undefined) policy = String(attributes['content']);
    shapes.add([name, ...Object.keys(attributes).sort()].join(' '));
    text = '';
  });
  parser.on('text', (more) => (text += more));
  parser.on('closetag', ({ name }) => {
    stack.pop();
    if (name === 'p' && stack.at(-1) === 'article') texts.push(text);
  });
  parser.write(page).close();
  return { shapes, texts, policy };
}

test('a page is readable text and nothing else, whatever was said', async () => {
  const { profile, folder } = open();
  const { chat } = sayEverything(profile.database);
  const path = join(folder, 'chat.html');
  await exportChats(profile, to(path, { chat, format: 'html' }));
  const { shapes, texts, policy } = parse(readFileSync(path, 'utf8'));
  expect([...shapes].sort()).toEqual(
    [
      'article',
      'article class',
      'bdi',
      'body',
      'div class',
      'footer',
      'h1 dir',
      'h2',
      'head',
      'header',
      'html lang',
      'main',
      'meta charset',
      'meta content http-equiv',
      'meta content name',
      'p class',
      'p dir',
      'style',
      'time datetime',
      'title',
    ].sort(),
  );
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; base-uri 'none'; form-action 'none'$/u,
  );
  for (const said of [...hostileTexts, ...markup]) {
    const plain = said
      .replace(/\r\n?/gu, '\n')
      .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/gu, '\uFFFD');
    expect(texts).toContain(plain);
  }
});

test('names are as inert as texts', () => {
  for (const name of [...markup, ...hostileTexts]) {
    const page = new HtmlPage({ name, address: name, own: name });
    const { shapes } = parse(page.begin() + page.end());
    expect(shapes.has('script') || [...shapes].some((shape) => shape.startsWith('img'))).toBe(false);
    expect(shapes.size).toBe(13);
  }
  expect(escapeText('\uD800')).toBe('\uFFFD');
});

test('everything as pages: one for each chat, in a folder of its own', async () => {
  const { profile, folder } = open();
  const { account } = sayEverything(profile.database);
  // No address looks like this; the name of a file is not the place to rely on it.
  openChat(profile.database, account, '../../evil@xn--example', 3_000);
  openChat(profile.database, account, '..\u202E/evil@verona.example', 3_000);
  const target = join(folder, 'Waxwing chats');
  await exportChats(profile, to(target, { format: 'html' }));
  expect(readdirSync(target).sort()).toEqual([
    '__.._evil@xn--example.html',
    '___evil@verona.example.html',
    'mercutio@verona.example.html',
    'romeo@montague.example.html',
  ]);
  expect(await codeOf(exportChats(profile, to(target, { format: 'html' })))).toBe('already-there');
});

test('cancelled: nothing stays, and what was there before is untouched', async () => {
  const { profile, folder } = open();
  sayEverything(profile.database);
  for (const [format, name] of [
    ['json', 'old.json'],
    ['html', 'pages'],
  ] as const) {
    if (format === 'json') writeFileSync(join(folder, name), 'precious');
    const controller = new AbortController();
    const order = to(join(folder, name), {
      format,
      signal: controller.signal,
      onProgress: (done) => {
        if (done >= 200) controller.abort();
      },
    });
    expect(await codeOf(exportChats(profile, order))).toBe('cancelled');
  }
  expect(readdirSync(folder)).toEqual(['old.json']);
  expect(readFileSync(join(folder, 'old.json'), 'utf8')).toBe('precious');
});

test('a disk that is full refuses, and the half-written file is gone', () => {
  const { folder } = open();
  // The system's own limit on the size of a file, in a process of its own: as real as a full disk, without one.
  const script = `
    import { writeTarget } from ${JSON.stringify(resolve('electron/engine/target-file.ts'))};
    try {
      await writeTarget(${JSON.stringify(join(folder, 'big.json'))}, 'x', async (write) => {
        for (let i = 0; i < 4000; i += 1) await write('x'.repeat(1000));
      });
      console.log('written');
    } catch (error) { console.log(error.name, error.code); }`;
  writeFileSync(join(folder, 'fill.mts'), script);
  const said = execFileSync('bash', [
    '-c',
    'ulimit -f 1024; exec "$0" "$1"',
    process.execPath,
    join(folder, 'fill.mts'),
  ]);
  expect(said.toString().trim()).toBe('Refusal storage');
  expect(readdirSync(folder)).toEqual(['fill.mts']);
});

test('a place that cannot be written refuses', async () => {
  const { folder } = open();
  mkdirSync(join(folder, 'taken'));
  expect(await codeOf(writeTarget(join(folder, 'taken'), 'x', (write) => write('text')))).toBe('not-allowed');
  expect(await codeOf(writeTarget(join(folder, 'no', 'such'), 'x', (write) => write('text')))).toBe(
    'not-allowed',
  );
  expect(readdirSync(folder)).toEqual(['taken']);
});

test('an export comes back byte for byte in an empty profile', async () => {
  const source = open();
  sayEverything(source.profile.database);
  const [first, second] = [join(source.folder, 'first.json'), join(source.folder, 'second.json')];
  const count = await exportChats(source.profile, to(first));

  const { profile } = open();
  const known = insertAccount(profile.database, juliet);
  const imported = await importChats(profile, from(first));
  expect(imported).toMatchObject({ chats: 2, messages: count });
  expect(imported.newAccounts).toHaveLength(1);
  expect(imported.newAccounts).not.toContain(known);
  await exportChats(profile, to(second));
  expect(readFileSync(second).equals(readFileSync(first))).toBe(true);

  const romeo = listChats(profile.database).find(({ address }) => address === 'romeo@montague.example');
  expect(romeo?.last?.text).toBe('still here');
  expect(romeo?.last?.delivery).toBe('failed');
  expect(countPending(profile.database, known)).toBe(0); // nothing out of a file is sent
  expect(await codeOf(importChats(profile, from(first)))).toBe('too-late');
});

test('a file that is none of ours, or damaged, changes nothing', async () => {
  const source = open();
  sayEverything(source.profile.database);
  const good = join(source.folder, 'good.json');
  await exportChats(source.profile, to(good));
  const text = readFileSync(good, 'utf8');
  const files: Record<string, string | Buffer> = {
    empty: '',
    other: '{"hello":["world"]}',
    later: text.replace('"version":1', '"version":2'),
    cut: text.slice(0, text.length - 200),
    binary: Buffer.concat([Buffer.from(text.slice(0, 70_000)), Buffer.from([0xff, 0xfe])]),
    twice: text.replace(/\n(\{"id":.*)\n/u, '\n$1\n$1\n'),
    'no address': text.replace('"address":"romeo@montague.example"', '"address":"Romeo@montague.example/x"'),
    'negative id': text.replace(/"id":1/u, '"id":-1'),
    more: `${text}{}`,
    endless: `${text.slice(0, 60)}${'x'.repeat(3_000_000)}`,
  };
  const { profile } = open();
  for (const [name, content] of Object.entries(files)) {
    const path = join(source.folder, 'bad.json');
    writeFileSync(path, content);
    expect([name, await codeOf(importChats(profile, from(path)))]).toEqual([name, 'invalid']);
    expect(listChats(profile.database)).toEqual([]);
  }
  expect(await codeOf(importChats(profile, from(join(source.folder, 'none.json'))))).toBe('not-allowed');
});

test('a message that is being written is not shown before it is stored', async () => {
  const { profile, folder } = open();
  const { account, chat } = withChat(profile.database);
  profile.commit(() => add(profile.database, { id: chat, account }));
  expect(profile.database.inTransaction).toBe(true);
  await exportChats(profile, to(join(folder, 'chat.json'), { chat }));
  expect(profile.database.inTransaction).toBe(false);
});

test('the call names no file: the person is asked, once at a time, and may change their mind', async () => {
  const { folder } = open();
  const questions: unknown[] = [];
  let choice = Promise.withResolvers<string | undefined>();
  const chooseFiles = async (question: unknown): Promise<readonly string[]> => {
    questions.push(question);
    const path = await choice.promise;
    return path === undefined ? [] : [path];
  };
  const engine = createEngine(createTestHost({ profile: folder, chooseFiles }));
  await engine.start();
  onTestFinished(() => engine.stop());
  const ask = (input: object): Promise<unknown> => engine.call('transcript.export', input);
  expect(await ask({ format: 'json', path: '/tmp/mine' })).toMatchObject({ code: 'invalid' });
  expect(await ask({ format: 'json', chat: 7 })).toMatchObject({ code: 'not-found' });
  expect(questions).toEqual([]);

  const first = ask({ format: 'json' });
  expect(await ask({ format: 'html' })).toMatchObject({ code: 'busy' });
  choice.resolve(undefined);
  expect(await first).toMatchObject({ code: 'cancelled' });
  expect(questions).toEqual([{ kind: 'save', name: 'Waxwing chats.json' }]);

  choice = Promise.withResolvers();
  choice.resolve(join(folder, 'all.json'));
  expect(await ask({ format: 'json' })).toEqual({ ok: true, value: { messages: 0 } });
  expect(JSON.parse(readFileSync(join(folder, 'all.json'), 'utf8'))).toMatchObject({ accounts: [] });
});
