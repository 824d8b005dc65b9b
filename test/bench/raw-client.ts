/** The least that can speak to a server: a socket that signs in, writes prepared bytes and counts what it reads. */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { Prosody } from '../support/prosody.ts';

export interface RawClient {
  write(bytes: string): void;
  /** Resolves when this many messages have arrived since the start. */
  untilMessages(count: number): Promise<void>;
  /** Tells of everything that is read from now on. */
  listen(listener: (bytes: Buffer) => void): void;
  close(): void;
}

const END = Buffer.from('</message>');

export async function startRawClient(prosody: Prosody, name: string): Promise<RawClient> {
  const socket = connect({
    host: '127.0.0.1',
    port: prosody.ports.direct,
    servername: prosody.domain,
    rejectUnauthorized: false,
  });
  await once(socket, 'secureConnect');
  socket.setNoDelay(true);
  const { password } = prosody.account(name);
  const open = `<?xml version="1.0"?><stream:stream to="${prosody.domain}" version="1.0" xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">`;
  const plain = Buffer.from(`\0${name}\0${password}`).toString('base64');
  await ask(socket, open, '</stream:features>');
  await ask(
    socket,
    `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${plain}</auth>`,
    '<success',
  );
  await ask(socket, open, '</stream:features>');
  await ask(
    socket,
    '<iq type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>',
    '</iq>',
  );
  socket.write('<presence/>');

  let messages = 0;
  let tail = Buffer.alloc(0);
  const listeners = new Set<() => void>();
  socket.on('data', (chunk: Buffer) => {
    const bytes = Buffer.concat([tail, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(END); at >= 0; at = bytes.indexOf(END, from)) {
      messages += 1;
      from = at + END.length;
    }
    tail = bytes.subarray(Math.max(from, bytes.length - END.length + 1));
    for (const listener of listeners) listener();
  });
  return {
    write: (bytes) => socket.write(bytes),
    untilMessages: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (messages < count) return;
          listeners.delete(check);
          resolve();
        };
        listeners.add(check);
        check();
      }),
    listen: (listener) => socket.on('data', listener),
    close: () => {
      // The server may reset what it does not want to read any more: nothing more is expected of it.
      socket.on('error', () => undefined);
      socket.end('</stream:stream>');
    },
  };
}

function ask(socket: TLSSocket, text: string, until: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    const onData = (chunk: Buffer): void => {
      seen += chunk.toString('latin1');
      if (seen.includes('<failure')) reject(new Error('the server refused to sign the raw client in'));
      if (!seen.includes(until)) return;
      socket.off('data', onData);
      resolve();
    };
    socket.on('data', onData);
    socket.write(text);
  });
}
