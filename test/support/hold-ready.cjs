/**
 * Loaded into the program before its own code: `ready` comes only when Playwright has attached, which calls
 * `__playwright_run()`. Without it the two race, and now and then Playwright waits for ever for what it missed.
 * Playwright's own loader does the same but also sets switches, such as the password store, that are ours to test.
 *
 * And somebody sits at the computer: Playwright's hands do not touch the devices of the display, so that after minutes of
 * tests everybody would count as away, and servers keep back from them what can wait, such as receipts (XEP-0352).
 */
'use strict';
const { app, powerMonitor } = require('electron');

const ready = app.whenReady();
const emit = app.emit.bind(app);
const { promise, resolve } = Promise.withResolvers();
let isReady = false;
let readyArguments = [];

app.emit = (event, ...rest) => {
  if (event !== 'ready' || isReady) return emit(event, ...rest);
  readyArguments = rest;
  return app.listenerCount('ready') > 0;
};
app.isReady = () => isReady;
app.whenReady = () => promise;

globalThis.__playwright_run = async () => {
  await ready;
  isReady = true;
  powerMonitor.getSystemIdleTime = () => 0;
  resolve();
  emit('ready', ...readyArguments);
};
