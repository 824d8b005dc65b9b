import { expect, it } from 'vitest';
import { createCapture as make, type Capture } from '../../electron/shell/capture.ts';

const createCapture = (now: () => number): Capture =>
  make({ now, later: () => undefined, onCall: () => undefined });

const cases = [
  ['app.allowCamera', 'app.forbidCamera', 'video', 'audio'],
  ['app.allowMicrophone', 'app.forbidMicrophone', 'audio', 'video'],
] as const;

it.each(cases)(
  '%s: after the person asked for it, for that alone, and not for long',
  (allow, forbid, kind, other) => {
    let now = 1_000_000;
    const capture = createCapture(() => now);
    const begin = (): void => {
      capture.touch();
      capture.hear(allow);
    };
    expect(capture.mayUse([kind])).toBe(false);
    capture.touch();
    capture.hear('messages.send');
    expect(capture.mayUse([kind])).toBe(false);
    begin();
    expect(capture.mayUse([kind])).toBe(true);
    for (const media of [[other], [kind, other], ['unknown'], [undefined], []]) {
      expect([media, capture.mayUse(media)]).toEqual([media, false]);
    }
    capture.hear(forbid);
    expect(capture.mayUse([kind])).toBe(false);
    begin();
    now += 31_000;
    expect(capture.mayUse([kind])).toBe(false);
  },
);

it.each(cases)(
  '%s: a page alone gets nothing, and nothing twice for one click',
  (allow, forbid, kind, other) => {
    let now = 1_000_000;
    const capture = createCapture(() => now);
    capture.hear(allow);
    expect(capture.mayUse([kind])).toBe(false);
    capture.touch();
    now += 5_000;
    capture.hear(allow);
    expect(capture.mayUse([kind])).toBe(false);
    capture.touch();
    capture.hear(allow);
    capture.hear(forbid);
    capture.hear(allow);
    capture.hear('app.allowCamera');
    capture.hear('app.allowMicrophone');
    expect([capture.mayUse([kind]), capture.mayUse([other])]).toEqual([false, false]);
  },
);
