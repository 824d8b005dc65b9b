import { beforeEach, describe, expect, test, vi } from 'vitest';
import { readXmppUri, type XmppUri } from '../../shared/xmpp-uri.ts';
import { providers } from '../../shared/providers.ts';
import { conditionTexts } from '../../renderer/lib/conditions.ts';
import { registrationSentence, serverWords } from '../../renderer/lib/registration.ts';
import { Language } from '../../renderer/i18n/language.svelte.ts';
import { App } from '../../renderer/state/app.svelte.ts';
import { Refused } from '../../renderer/state/call.ts';
import type { StanzaCondition } from '../../shared/conditions.ts';
import { Refusing, ScriptedPort } from '../support/scripted-port.ts';
import { formField } from '../support/scripted-registration.ts';
import { must } from './must.ts';
import { createWorld } from './world.ts';

let port: ScriptedPort;
let app: App;

beforeEach(async () => {
  port = new ScriptedPort(createWorld(1_700_000_000_000), (work) => work());
  app = new App(port);
  app.start();
  await vi.waitFor(() => expect(app.isLoaded).toBe(true));
});

const uri = (text: string): XmppUri => must(readXmppUri(text));

describe('making an account', () => {
  test('a server, its form, what is missing, and the account', async () => {
    const { registration } = app;
    await registration.ask(' example.org ');
    expect(registration.form?.domain).toBe('example.org');
    expect(await registration.submit()).toBeUndefined();
    expect(registration.fields.map((field) => registration.faultOf(field))).toEqual(['missing', 'missing']);
    expect(port.asked.some(({ name }) => name === 'accounts.register')).toBe(false);
    Object.assign(registration.values, { username: ['romeo'], password: ['secret'] });
    const account = must(await registration.submit());
    expect(app.accounts.get(account)?.address).toBe('romeo@example.org');
    expect(registration.form).toBeUndefined();
    expect(JSON.stringify(registration.values)).toBe('{}');
  });

  test('a refusal keeps what was typed, and a new form keeps it, too: but not the answer to a challenge', async () => {
    const { registration } = app;
    await registration.ask('captcha.example.org');
    Object.assign(registration.values, { username: ['taken'], password: ['secret'], ocr: ['7nHL3'] });
    expect(await registration.submit()).toBeUndefined();
    expect(registration.refused?.condition).toBe('conflict');
    expect(registration.form).toBeDefined();
    await registration.askAgain();
    expect({ ...registration.values }).toMatchObject({ username: ['taken'], password: ['secret'], ocr: [] });
  });

  test('a problem with the connection, a certificate to trust, and a server that registers nobody', async () => {
    const { registration } = app;
    await registration.ask('certificate.problem.example');
    const certificate = must(registration.problem?.certificate);
    port.answers['accounts.registrationForm'] = (input) => {
      expect(input.pins).toEqual([certificate.fingerprint]);
      throw new Refusing('refused', '', undefined, 'service-unavailable');
    };
    await registration.trust(certificate);
    expect(registration.problem).toBeUndefined();
    expect(registration.refused?.condition).toBe('service-unavailable');
  });

  test('leaving forgets the password, and an answer that comes later changes nothing', async () => {
    const { registration } = app;
    await registration.ask('example.org');
    Object.assign(registration.values, { username: ['romeo'], password: ['secret'] });
    let answer = (_: { account: number }): void => undefined;
    port.answers['accounts.register'] = () => new Promise((resolve) => (answer = resolve));
    const submitted = registration.submit();
    registration.leave();
    answer({ account: 7 });
    expect(await submitted).toBeUndefined();
    expect(registration.isBusy).toBe(false);
    expect(JSON.stringify(registration.values)).toBe('{}');
  });

  test('an invitation reserves a name, and brings its token', async () => {
    port.answers['accounts.registrationForm'] = (input) => {
      expect(input).toMatchObject({ domain: 'example.com', token: 'T' });
      return {
        registration: 5,
        domain: 'example.com',
        kind: 'form',
        form: { title: '', instructions: '', fields: [formField('username')] },
      };
    };
    await app.registration.ask('example.com', { token: 'T', username: 'juliet' });
    expect(app.registration.values['username']).toEqual(['juliet']);
    expect(app.registration.fixed).toEqual(['username']);
  });
});

describe('links', () => {
  test('from outside: one question, put away in the engine as well', async () => {
    await app.call('app.openUri', { uri: 'xmpp:romeo@montague.net?message' });
    expect(app.links.current?.address).toBe('romeo@montague.net');
    app.links.close();
    await Promise.resolve();
    expect(app.links.current).toBeUndefined();
    expect(port.asked.map(({ name }) => name)).toContain('app.dropIntent');
  });

  test('one that was kept comes back with the account, once', () => {
    app.links.show(uri('xmpp:romeo@montague.net?roster;preauth=T'));
    app.links.keepForLater();
    expect(app.links.current).toBeUndefined();
    app.begun();
    expect(app.links.current?.address).toBe('romeo@montague.net');
    app.links.close();
    app.begun();
    expect(app.links.current).toBeUndefined();
  });

  test('what is no link of ours is left to others', () => {
    for (const text of ['https://example.org', 'xmpp:', 'javascript:alert(1)']) {
      expect(app.links.showText(text)).toBe(false);
    }
    expect(app.links.current).toBeUndefined();
  });
});

describe('words', () => {
  const { t } = new Language(['en']);
  test('every refusal has a sentence, before and after there is a form', () => {
    for (const condition of Object.keys(conditionTexts) as StanzaCondition[]) {
      const refused = new Refused('refused', condition, undefined, condition);
      for (const hasForm of [true, false]) {
        expect(registrationSentence(t, refused, hasForm)).toMatch(/^[A-Z].*\.$/);
      }
    }
    for (const code of ['too-late', 'already-there', 'not-an-address', 'invalid']) {
      expect(registrationSentence(t, new Refused(code, ''), true)).toMatch(/\.$/);
    }
  });

  test('the server’s own words are those behind the condition, and nothing of ours', () => {
    const said = (message: string): string | undefined =>
      serverWords(new Refused('refused', message, undefined, 'conflict'));
    expect(said('conflict: Taken.')).toBe('Taken.');
    expect(said('conflict')).toBeUndefined();
    expect(said('conflict:  ')).toBeUndefined();
    expect(said(`conflict: ${'x'.repeat(900)}`)).toHaveLength(500);
  });

  test('the list of servers is in order, each once, with pages that can be opened', () => {
    const domains = providers.map(({ domain }) => domain);
    expect(domains).toEqual([...new Set(domains)].sort());
    for (const { site, country, languages } of providers) {
      expect(new URL(site).protocol).toBe('https:');
      expect(country).toMatch(/^[A-Z]{2}$/);
      expect(languages.length).toBeGreaterThan(0);
    }
    expect(domains.length).toBeGreaterThanOrEqual(15);
  });
});
