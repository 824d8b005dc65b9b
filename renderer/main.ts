/**
 * The window's entry: one App on the bridge, mounted. Everything else hangs on that App; there is no module state.
 */
import { mount } from 'svelte';
import Root from './App.svelte';
import { openBridge } from './bridge.ts';
import { readRole } from './lib/role.ts';
import { App } from './state/app.svelte.ts';
import './style/tokens.css';
import './style/base.css';

const target = document.getElementById('app');
if (target === null) throw new Error('The page has no #app element.');

const app = new App(openBridge(), {
  languages: navigator.languages,
  memory: localStorage,
  session: sessionStorage,
  role: readRole(location.hash),
  end: () => window.close(),
});
// Before anything is shown, so that nothing is shown in one language and then in another.
await app.language.use(app.appearance.language).catch(app.report);
mount(Root, { target, props: { app } });
