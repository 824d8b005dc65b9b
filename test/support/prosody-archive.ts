/**
 * Fills an archive of a running Prosody by writing into its own SQLite file: tens of thousands of messages in a second,
 * as if they had been said over months.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { writeMessage } from '../../electron/xmpp/message.ts';
import { serialize, xml } from '../../electron/xmpp/xml.ts';
import type { Prosody } from './prosody.ts';

export interface Said {
  /** The other side's local part. */
  readonly with: string;
  readonly isOutgoing: boolean;
  readonly text: string;
  /** Milliseconds since 1970; the archive keeps seconds. */
  readonly at: number;
}

/**
 * Puts messages into somebody's archive, in this order. Prosody makes its table when an archive is first asked for
 * something, so an engine has to have signed in before.
 */
export function seedArchive(prosody: Prosody, owner: string, said: Iterable<Said>): void {
  const { domain } = prosody;
  fillArchive(prosody, (database) => {
    const insert = database.prepare(
      `INSERT INTO prosodyarchive (host, user, store, "when", "with", key, type, value)
       VALUES (?, ?, 'archive', ?, ?, ?, 'xml', ?)`,
    );
    for (const { with: other, isOutgoing, text, at } of said) {
      const [key, id] = [randomUUID(), randomUUID()];
      const [here, there] = [`${owner}@${domain}`, `${other}@${domain}`];
      const message = writeMessage({
        type: 'chat',
        id,
        originId: id,
        from: `${isOutgoing ? here : there}/elsewhere`,
        to: isOutgoing ? there : here,
        body: text,
      });
      // As the server keeps it: without the namespace of the stream, with its own id.
      const stamped = {
        ...message,
        children: [...message.children, xml('stanza-id', 'urn:xmpp:sid:0', { by: here, id: key })],
      };
      insert.run(domain, owner, Math.floor(at / 1_000), there, key, serialize(stamped));
    }
  });
}

/** Conversations with this many people, one message a minute until now. */
export function* conversations(count: number, people: number, from = 0): Generator<Said> {
  const start = Math.floor(Date.now() / 60_000) * 60_000 - count * 60_000;
  for (let index = 0; index < count; index += 1) {
    yield {
      with: `friend${(index * 7) % people}`,
      isOutgoing: index % 3 === 0,
      text: `message ${from + index}: the waxwing sits in the rowan tree and eats berries`,
      at: start + index * 60_000,
    };
  }
}

/** Puts so many messages, `word 1 of the archive` and so on, into the archive of a room that exists, instead of others. */
export function seedRoomArchive(prosody: Prosody, room: string, count: number): void {
  const [node = '', host = ''] = room.split('@');
  const start = Math.floor(Date.now() / 1_000) - count - 60;
  fillArchive(prosody, (database) => {
    database
      .prepare(`DELETE FROM prosodyarchive WHERE host = ? AND user = ? AND store = 'muc_log'`)
      .run(host, node);
    const insert = database.prepare(
      `INSERT INTO prosodyarchive (host, user, store, "when", "with", key, type, value)
       VALUES (?, ?, 'muc_log', ?, 'message<groupchat', ?, 'xml', ?)`,
    );
    for (let index = 1; index <= count; index += 1) {
      const from = `${room}/Person ${index % 50}`;
      const body = `word ${index} of the archive, said by somebody who has much to say`;
      const message = writeMessage({ type: 'groupchat', id: `w${index}`, from, body });
      insert.run(host, node, start + index, randomUUID(), serialize(message));
    }
  });
}

/** All at once, as the server itself would never do it. */
function fillArchive(prosody: Prosody, fill: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(join(prosody.folder, 'data', 'archive.sqlite'));
  try {
    database.exec('PRAGMA busy_timeout = 10000; PRAGMA synchronous = OFF; BEGIN IMMEDIATE');
    fill(database);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
