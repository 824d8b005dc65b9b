/**
 * What stands in the way of signing in, said by the window: what happened in one sentence, and the one thing to do.
 * Then several accounts in one window: each with its state, signed out, coming back by itself, removed.
 */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CertificateKind } from '../support/certificates.ts';
import { goWithoutProtection, problemOf, signInByTyping, untilOnline } from '../support/drive.ts';
import { startProsody, type Prosody, type ProsodyOptions } from '../support/prosody.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

const accounts = ['alice', 'carol'];
let prosody: Prosody;
let window: AppWindow;

/** Types everything anew and returns the alert that it leads to. */
async function fail(typed: {
  address?: string;
  password?: string;
  port?: number;
  host?: string;
}): Promise<Locator> {
  const { address = 'alice@localhost', password = 'secret-alice', port, host = '127.0.0.1' } = typed;
  const server = { host, port: port ?? prosody.ports.starttls };
  await signInByTyping(window.page, { address, password, server });
  const alert = problemOf(window.page);
  await alert.waitFor();
  return alert;
}

async function withProsody<T>(options: ProsodyOptions, work: (prosody: Prosody) => Promise<T>): Promise<T> {
  const other = await startProsody(options);
  try {
    return await work(other);
  } finally {
    await other.stop();
  }
}

async function withServer<T>(server: Server, work: (port: number) => Promise<T>): Promise<T> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

beforeAll(async () => {
  prosody = await startProsody({ accounts });
  // Its authority is trusted, so that a certificate is wrong only for the reason that a test gives it.
  window = await openWindow({ env: { NODE_EXTRA_CA_CERTS: prosody.authority } });
  await goWithoutProtection(window.page);
});

afterAll(async () => {
  await window.close();
  await prosody.stop();
});

describe('signing in says what is wrong', () => {
  it('with the address', async () => {
    const { page } = window;
    await signInByTyping(page, { address: 'alice', password: 'secret-alice' });
    await page.getByText('An address has the form name@server.').waitFor();
    await expect.poll(() => page.getByRole('textbox', { name: 'Address' }).evaluate(isFocused)).toBe(true);
  });

  it('with the password, and goes back to it', async () => {
    const alert = await fail({ password: 'Secret-Alice' });
    expect(await alert.innerText()).toContain('Address or password is wrong');
    expect(await alert.innerText()).toContain('localhost did not accept them.');
    await alert.getByRole('button', { name: 'Enter the password' }).click();
    await expect
      .poll(() => window.page.getByRole('textbox', { name: 'Password' }).evaluate(isFocused))
      .toBe(true);
  });

  it('with an account that does not exist, in the same words', async () => {
    const alert = await fail({ address: 'nobody@localhost', password: 'whatever it is' });
    expect(await alert.innerText()).toContain('Address or password is wrong');
  });

  it('with a host that does not exist', async ({ skip }) => {
    const answer = await lookup('no-such-host.invalid').catch((error: unknown) => error);
    if (!(answer instanceof Error && 'code' in answer && answer.code === 'ENOTFOUND')) {
      skip('no name server answers here');
    }
    const alert = await fail({ host: 'no-such-host.invalid' });
    expect(await alert.innerText()).toContain('There is no server called no-such-host.invalid');
    await alert.getByRole('button', { name: 'Check the address' }).click();
  });

  it('with a port where nobody is, and opens the fields for it', async () => {
    const port = await withServer(createServer(), (free) => Promise.resolve(free));
    const alert = await fail({ port });
    expect(await alert.innerText()).toContain('127.0.0.1 does not answer');
    await alert.getByRole('button', { name: 'Set the server by hand' }).click();
    await window.page.getByRole('textbox', { name: 'Port' }).waitFor();
  });

  it('with something that is no XMPP server', async () => {
    const web = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(
        'HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html><body>Log in</body></html>',
      );
    });
    const alert = await withServer(web, (port) => fail({ port }));
    expect(await alert.innerText()).toContain('That was not an XMPP server');
  });

  it('with a server without encryption, and did not send the password', async () => {
    const options: ProsodyOptions = {
      accounts,
      without: ['tls'],
      config: 'c2s_require_encryption = false; allow_unencrypted_plain_auth = true',
      logStanzas: true,
    };
    await withProsody(options, async (other) => {
      const alert = await fail({ port: other.ports.starttls });
      expect(await alert.innerText()).toContain('localhost offers no encryption');
      expect(await alert.innerText()).toContain('Waxwing did not send your password.');
      expect(other.readLog()).not.toMatch(/<auth|urn:ietf:params:xml:ns:xmpp-sasl'>[A-Za-z]/);
    });
  });

  it.each<[CertificateKind, string]>([
    ['wrong-name', 'The certificate belongs to another server, not to localhost.'],
    ['expired', 'The certificate expired on '],
    ['not-yet-valid', 'The certificate is valid only from '],
    ['self-signed', 'The server signed its certificate itself'],
  ])('with a certificate: %s', async (certificate, sentence) => {
    await withProsody({ accounts, certificate }, async (other) => {
      const alert = await fail({ port: other.ports.starttls });
      expect(await alert.innerText()).toContain('localhost could not prove who it is');
      expect(await alert.innerText()).toContain(sentence);
      // Trusting is not among what is offered at first, and going back leads nowhere.
      expect(await alert.getByRole('button').allInnerTexts()).toEqual(['Back', 'Show the certificate']);
      await alert.getByRole('button', { name: 'Back' }).click();
      await alert.waitFor({ state: 'detached' });
      expect(other.readLog()).not.toContain('Authenticated as');
    });
  });

  it('and signs in with a good certificate without asking anything', async () => {
    const server = { host: '127.0.0.1', port: prosody.ports.starttls };
    await signInByTyping(window.page, { ...prosody.account('alice'), server });
    await untilOnline(window.page, 'alice@localhost');
  });
});

describe('several accounts', () => {
  const card = (address: string): Locator => window.page.getByRole('article', { name: address });

  it('are in one window, each with its state', async () => {
    const { page } = window;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Add an account' }).click();
    const server = { host: '127.0.0.1', port: prosody.ports.direct };
    await page.getByText('Advanced', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Encryption of the connection' }).selectOption('direct');
    await signInByTyping(page, { ...prosody.account('carol'), server });
    await untilOnline(page, 'carol@localhost');
    await untilOnline(page, 'alice@localhost');
  });

  it('refuse to be added twice', async () => {
    const { page } = window;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Add an account' }).click();
    await signInByTyping(page, prosody.account('carol'));
    await page.getByRole('form').getByRole('alert').filter({ hasText: 'You already have that.' }).waitFor();
    await page.getByRole('button', { name: 'Back', exact: true }).click();
  });

  it('are signed out and in again one by one', async () => {
    const { page } = window;
    await page.getByRole('button', { name: 'Settings' }).click();
    await card('carol@localhost').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'carol@localhost, Signed out' }).waitFor();
    await untilOnline(page, 'alice@localhost');
    await card('carol@localhost').getByRole('button', { name: 'Sign in' }).click();
    await untilOnline(page, 'carol@localhost');
  });

  it('say that their server is gone, and come back by themselves', async () => {
    await prosody.kill();
    const gone = window.page.getByRole('button', { name: /^alice@localhost, (?:Offline|Connecting…)$/ });
    await gone.waitFor();
    await card('alice@localhost').getByRole('alert').waitFor();
    await prosody.restart();
    await untilOnline(window.page, 'alice@localhost');
    await untilOnline(window.page, 'carol@localhost');
  });

  it('are removed one by one, after a question', async () => {
    const { page } = window;
    await card('carol@localhost').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await untilOnline(page, 'carol@localhost');
    await card('carol@localhost').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await card('carol@localhost').waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: /^carol@localhost/ }).count()).toBe(0);
    await untilOnline(page, 'alice@localhost');
  });

  it('leave the page without complaints', () => {
    expect(window.problems).toEqual([]);
  });
});

const isFocused = (element: Element): boolean => element === element.ownerDocument.activeElement;
