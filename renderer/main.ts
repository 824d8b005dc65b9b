/**
 * The window's entry: one App on the bridge, mounted. Everything else hangs on that App; there is no module state.
 */
import { mount } from 'svelte';
import Root from './App.svelte';
import { openBridge } from './bridge.ts';
import { App } from './state/app.svelte.ts';
import './style/tokens.css';
import './style/base.css';

const target = document.getElementById('app');
if (target === null) throw new Error('The page has no #app element.');

mount(Root, { target, props: { app: new App(openBridge()) } });
