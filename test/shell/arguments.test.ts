/** The command line: which profile is opened, and what a released program refuses to run with. */
import { describe, expect, test } from 'vitest';
import { readArguments, unsafeSwitches } from '../../electron/shell/arguments.ts';

const read = (...argv: string[]): unknown => readArguments(argv, '/home/juliet');

describe('readArguments', () => {
  test.each([
    [[], { isHidden: false }],
    [['/opt/waxwing/app.asar', 'xmpp:romeo@example.net', '--inspect=0'], { isHidden: false }],
    [['--hidden'], { isHidden: true }],
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

test('unsafeSwitches names what is set and nothing else', () => {
  const set = new Set(['no-sandbox', 'remote-debugging-port', 'lang', 'password-store']);
  expect(unsafeSwitches((name) => set.has(name))).toEqual(['no-sandbox', 'remote-debugging-port']);
  expect(unsafeSwitches(() => false)).toEqual([]);
});
