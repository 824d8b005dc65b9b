/**
 * Loaded into the program before its own code: `ready` comes only when Playwright has attached, which calls
 * `__playwright_run()`. Without it the two race, and now and then Playwright waits for ever for what it missed.
 * Playwright's own loader does the same but also sets switches, such as the password store, that are ours to test.
 */
'use strict';
const { app } = require('electron');

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
  resolve();
  emit('ready', ...readyArguments);
};
