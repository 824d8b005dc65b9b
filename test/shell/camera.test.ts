import { expect, it } from 'vitest';
import { createCamera } from '../../electron/shell/camera.ts';

it('is given after the person asked for it, for pictures only, and not for long', () => {
  let now = 1_000_000;
  const camera = createCamera(() => now);
  expect(camera.mayUse(['video'])).toBe(false);
  camera.hear('messages.send');
  expect(camera.mayUse(['video'])).toBe(false);
  camera.hear('app.allowCamera');
  expect(camera.mayUse(['video'])).toBe(true);
  for (const media of [['audio'], ['video', 'audio'], ['unknown'], [undefined], []]) {
    expect([media, camera.mayUse(media)]).toEqual([media, false]);
  }
  camera.hear('app.forbidCamera');
  expect(camera.mayUse(['video'])).toBe(false);
  camera.hear('app.allowCamera');
  now += 31_000;
  expect(camera.mayUse(['video'])).toBe(false);
});
