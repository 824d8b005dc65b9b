import { beforeEach, expect, it } from 'vitest';
import type { CallRow } from '../../shared/contract.ts';
import { createCapture, type Capture } from '../../electron/shell/capture.ts';

let now = 0;
let told: boolean[] = [];
let due: { readonly at: number; readonly work: () => void }[] = [];
let capture: Capture;

const row = (state: CallRow['state'], call = 1): { put: 'call'; row: CallRow } => ({
  put: 'call',
  row: {
    call,
    account: 1,
    chat: 1,
    isOutgoing: true,
    hasVideo: false,
    state,
    protection: 'unverified',
    startedAt: 0,
    signals: 0,
  },
});
function pass(milliseconds: number): void {
  now += milliseconds;
  for (const { work } of due.filter(({ at }) => at <= now)) work();
  due = due.filter(({ at }) => at > now);
}
/** The person presses a button for a call. */
function want(hasVideo = false): void {
  capture.touch();
  capture.hear('app.allowCall', { hasVideo });
}
const rights = (): string[] => ['audio', 'video'].filter((kind) => capture.mayUse([kind]));

beforeEach(() => {
  now = 1_000_000;
  told = [];
  due = [];
  capture = createCapture({
    now: () => now,
    later: (work, milliseconds) => due.push({ at: now + milliseconds, work }),
    onCall: (isOn) => told.push(isOn),
  });
});

it('a page alone calls nobody', () => {
  capture.hear('app.allowCall', { hasVideo: true });
  capture.follow([row('proposed')]);
  expect([rights(), told, capture.isCalling()]).toEqual([[], [], false]);
  capture.touch();
  pass(5_000);
  capture.hear('app.allowCall', { hasVideo: true });
  expect([rights(), told]).toEqual([[], []]);
});

it('a call that never begins is soon over', () => {
  want(true);
  expect([rights(), told]).toEqual([['audio', 'video'], [true]]);
  expect(capture.mayUse(['audio', 'video'])).toBe(true);
  pass(31_000);
  expect([rights(), told]).toEqual([[], [true, false]]);
});

it('the microphone lasts as long as the call, the camera from when it was asked for', () => {
  want();
  capture.follow([row('proposed')]);
  pass(600_000);
  capture.follow([row('active')]);
  expect([rights(), told]).toEqual([['audio'], [true]]);
  capture.hear('app.allowCamera');
  expect(rights()).toEqual(['audio']);
  capture.touch();
  capture.hear('app.allowCamera');
  pass(600_000);
  expect(rights()).toEqual(['audio', 'video']);
  capture.hear('app.forbidCamera');
  capture.hear('app.forbidMicrophone');
  expect(rights()).toEqual(['audio']);
  capture.follow([row('ended')]);
  expect([rights(), told, capture.isCalling()]).toEqual([[], [true, false], false]);
  // A call that somebody else begins is none that the person wants.
  capture.follow([row('incoming', 2), row('active', 2)]);
  expect([rights(), capture.isCalling()]).toEqual([[], false]);
});

it('ends with the last of several calls, and with an engine that went away', () => {
  want();
  capture.follow([row('active', 1), row('connecting', 2)]);
  capture.follow([row('ended', 1)]);
  expect(rights()).toEqual(['audio']);
  capture.follow([{ put: 'no-call', call: 1 }]);
  expect(rights()).toEqual(['audio']);
  capture.forget();
  expect([rights(), told]).toEqual([[], [true, false]]);
});

it('a screen may be asked for once it was chosen, for a moment and in a call', () => {
  want();
  capture.follow([row('active')]);
  expect(capture.mayUse([])).toBe(false);
  capture.allowScreen();
  expect([capture.mayUse([]), capture.mayUse(['video'])]).toEqual([true, false]);
  pass(5_000);
  expect(capture.mayUse([])).toBe(false);
  capture.allowScreen();
  capture.follow([row('ended')]);
  expect(capture.mayUse([])).toBe(false);
});

it('one gesture is good for one thing', () => {
  want();
  expect(capture.spend()).toBe(false);
  capture.touch();
  expect([capture.spend(), capture.spend()]).toEqual([true, false]);
});
