/** The engine's thread from outside: calls, changes, crashes, restarts and the end. */
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { Keyring } from '../../electron/engine/host.ts';
import { startEngine, type EngineThread } from '../../electron/shell/engine.ts';

const path = fileURLToPath(new URL('scripted-thread.ts', import.meta.url));
const interrupted = { ok: false, code: 'interrupted', message: expect.any(String) as string };
const keyring: Keyring = {
  backend: () => Promise.resolve('scripted'),
  wrap: (key) => Promise.resolve(key.toReversed()),
  unwrap: () => Promise.reject(new Error('locked')),
};

/** Collects what happens, and waits for it by name. */
class Happenings {
  readonly all: (readonly [name: string, data: unknown])[] = [];
  #waiting: (() => void)[] = [];

  add(name: string, data?: unknown): void {
    this.all.push([name, data]);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async nth(name: string, count = 1): Promise<unknown> {
    for (;;) {
      const found = this.all.filter(([each]) => each === name)[count - 1];
      if (found !== undefined) return found[1];
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

let engine: EngineThread | undefined;
afterEach(async () => engine?.stop());

function start(stopTimeout?: number): { engine: EngineThread; happened: Happenings } {
  const happened = new Happenings();
  engine = startEngine({
    path,
    profile: '/profile',
    software: { name: 'Waxwing', version: '0' },
    keyring,
    notify: (notice) => happened.add('notice', notice),
    log: (area, event, data) => happened.add(`${area} ${event}`, data),
    onRestart: () => happened.add('restart'),
    onFailure: () => happened.add('failure'),
    restartDelay: 10,
    ...(stopTimeout !== undefined && { stopTimeout }),
  });
  return { engine, happened };
}

test('carries calls made before the thread is up, each to its own answer', async () => {
  const { engine } = start();
  const inputs = [{ a: 1 }, 'two', null];
  const replies = await Promise.all(inputs.map((input) => engine.call('echo', input)));
  expect(replies).toEqual(inputs.map((input) => ({ ok: true, value: { profile: '/profile', input } })));
});

test('hands out changes until the subscription ends, and passes nudges on', async () => {
  const { engine, happened } = start();
  const end = engine.onChange((batch) => happened.add('batch', batch));
  await engine.call('batch', {});
  end();
  await engine.call('batch', {});
  expect(happened.all.filter(([name]) => name === 'batch')).toEqual([
    ['batch', { sequence: 1, changes: [] }],
  ]);
  engine.nudge('wake');
  await happened.nth('script wake');
});

test('tells whether anybody looks, also to the engine that comes after a crash', async () => {
  const { engine, happened } = start();
  engine.setActive(false);
  await happened.nth('script left-alone');
  void engine.call('exit', {});
  await happened.nth('script left-alone', 2);
  engine.setActive(true);
  await happened.nth('script looked-at');
});

test('answers for the keyring', async () => {
  const { engine, happened } = start();
  await engine.call('wrap', new Uint8Array([1, 2, 3]));
  expect(await happened.nth('script keyring')).toMatchObject({ id: 7, value: new Uint8Array([3, 2, 1]) });
});

test.each(['throw', 'exit', 'fail'])(
  'after a crash (%s) lost calls are answered and a fresh engine runs',
  async (how) => {
    const { engine, happened } = start();
    const hanging = engine.call('hang', {});
    await engine.call('echo', {});
    const crashing = engine.call(how, {});
    expect(await hanging).toEqual(interrupted);
    expect(await crashing).toEqual(interrupted);
    expect(await engine.call('echo', {})).toEqual(interrupted);
    await happened.nth('restart');
    expect(await engine.call('echo', 1)).toMatchObject({ ok: true });
    expect(happened.all.filter(([name]) => name === 'shell engine-lost')).toHaveLength(1);
  },
);

test('a second crash soon after is final until it is started by hand', async () => {
  const { engine, happened } = start();
  void engine.call('exit', {});
  await happened.nth('restart');
  void engine.call('exit', {});
  await happened.nth('failure');
  expect(await engine.call('echo', {})).toEqual(interrupted);
  engine.restart();
  engine.restart();
  expect(await engine.call('echo', 1)).toMatchObject({ ok: true });
  expect(happened.all.filter(([name]) => name === 'restart')).toHaveLength(2);
});

test('stops in an orderly way, once, and then answers nothing', async () => {
  const { engine, happened } = start();
  const hanging = engine.call('hang', {});
  await Promise.all([engine.stop(), engine.stop()]);
  expect(happened.all).toEqual([['script stopping', undefined]]);
  expect(await hanging).toEqual(interrupted);
  expect(await engine.call('echo', {})).toEqual(interrupted);
  engine.restart();
  engine.nudge('wake');
  expect(await engine.call('echo', {})).toEqual(interrupted);
});

test('does not wait for ever for a thread that will not stop', async () => {
  const { engine, happened } = start(50);
  await engine.call('stay', {});
  await engine.stop();
  expect(happened.all).toEqual([['shell engine-stop-timeout', undefined]]);
});

test('a stop while the engine is down cancels the restart', async () => {
  const { engine, happened } = start();
  await engine.call('echo', {});
  await engine.call('exit', {});
  await engine.stop();
  expect(happened.all.map(([name]) => name)).toEqual(['shell engine-lost']);
});
