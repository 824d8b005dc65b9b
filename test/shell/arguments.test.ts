/** The command line: which profile is opened, which link is shown, and what a released program refuses to run with. */
import { describe, expect, test } from 'vitest';
import { findObstacle, readArguments } from '../../electron/shell/arguments.ts';
import { Speech } from '../../electron/shell/speech.ts';

const read = (...argv: string[]): unknown => readArguments(argv, '/home/juliet');

describe('readArguments', () => {
  test.each([
    [[], { isHidden: false }],
    [
      ['/opt/waxwing/app.asar', 'xmpp:romeo@example.net', '--inspect=0'],
      { isHidden: false, uri: 'xmpp:romeo@example.net' },
    ],
    [
      ['XMPP:romeo@example.net?message', '--hidden'],
      { isHidden: true, uri: 'XMPP:romeo@example.net?message' },
    ],
    [['xmpp:romeo@example.net', 'xmpp:mallory@evil.example'], { isHidden: false }],
    [['xmpp:romeo@example.net --profile=/tmp/x'], { isHidden: false }],
    [
      ['https://example.net', 'javascript:alert(1)', '--uri=xmpp:a@b.example', '/tmp/xmpp:a'],
      { isHidden: false },
    ],
    [['--hidden'], { isHidden: true }],
    [['--minimised'], { isHidden: true }],
    [['--minimised=1', '--Minimised', '-minimised', 'minimised'], { isHidden: false }],
    [['--exec=/bin/sh', '--import=/x', '-e', '1', '/etc/passwd', '--user-data-dir=/x'], { isHidden: false }],
    [['--profile=/tmp/a b'], { isHidden: false, profile: '/tmp/a b' }],
    [['--profile=work', '--hidden'], { isHidden: true, profile: '/home/juliet/work' }],
    [['--profile=../mallory/./x'], { isHidden: false, profile: '/home/mallory/x' }],
    [['--profile==odd'], { isHidden: false, profile: '/home/juliet/=odd' }],
    [['--hidden=no', '--profiles=/x', '-profile=/x'], { isHidden: false }],
  ])('%j', (argv, expected) => {
    expect(read(...argv)).toEqual(expected);
  });

  test.each([
    [['--profile=']],
    [['--profile']],
    [['--profile=/a', '--profile=/b']],
    [['--profile=/a', '--profile']],
    [['--profile=/a\0b']],
  ])('does not guess which profile is meant by %j', (argv) => {
    expect(read(...argv)).toMatchObject({ problem: expect.any(String) as string });
    expect(read(...argv)).not.toHaveProperty('profile');
  });
});

describe('findObstacle', () => {
  const fine = { isPackaged: true, isTrial: false, hasSwitch: () => false, env: {}, napi: '10' };
  const find = (change: object): string | undefined => {
    const obstacle = findObstacle({ isHidden: false }, { ...fine, ...change });
    return obstacle && new Speech().say(obstacle.sentence, obstacle.values);
  };
  const unsafe = (name: string): boolean => ['no-sandbox', 'remote-debugging-port', 'lang'].includes(name);

  test('there is none as a rule', () => {
    expect(find({})).toBeUndefined();
    expect(find({ hasSwitch: (name: string) => name === 'password-store' })).toBeUndefined();
  });

  test('a released program refuses switches that take its protection away, and names them', () => {
    expect(find({ hasSwitch: unsafe })).toBe(
      'Waxwing does not run with --no-sandbox, --remote-debugging-port: that would take its protection away.',
    );
    expect(find({ hasSwitch: unsafe, env: { WAXWING_ALLOW_UNSAFE_SWITCHES: '0' } })).toMatch(/no-sandbox/u);
    expect(find({ hasSwitch: unsafe, env: { WAXWING_ALLOW_UNSAFE_SWITCHES: '1' } })).toMatch(/no-sandbox/u);
    expect(find({ hasSwitch: unsafe, isPackaged: false })).toBeUndefined();
  });

  test('a build for trying lets tests in when it is told to, and by these two switches only', () => {
    const told = { isTrial: true, env: { WAXWING_ALLOW_UNSAFE_SWITCHES: '1' } };
    expect(find({ hasSwitch: unsafe, isTrial: true })).toMatch(/no-sandbox/u);
    expect(find({ hasSwitch: unsafe, ...told })).toBeUndefined();
    expect(find({ hasSwitch: () => true, ...told })).toMatch(/--inspect, --inspect-brk, --js-flags/u);
    expect(find({ hasSwitch: () => true, ...told })).not.toMatch(/--no-sandbox|debugging-port/u);
  });

  test.each([['9'], [''], [undefined], ['x']])('Node-API %j is too old', (napi) => {
    expect(find({ napi })).toMatch(/too old/u);
  });

  test('a command line that cannot be followed', () => {
    expect(findObstacle({ isHidden: false, problem: 'desktop.refused.profile' }, fine)).toEqual({
      sentence: 'desktop.refused.profile',
    });
  });
});
