/** Twelve updates that somebody has tampered with: what is done to the feed, and what becomes of it. Nothing is ever installed. */
import { generateKeyPairSync } from 'node:crypto';
import type { UpdateProblem } from '../../shared/contract.ts';
import type { UpdateFeed } from './update-feed.ts';

interface Tampering {
  readonly what: string;
  readonly problem: UpdateProblem;
  /** The manifest is right, and the file is not. */
  readonly isFile?: true;
  readonly tamper: (feed: UpdateFeed) => void;
}

const theirs = generateKeyPairSync('ed25519').privateKey;
const DAY = 86_400_000;
const put = (feed: UpdateFeed, from: string, to: string): string =>
  JSON.stringify({
    ...(JSON.parse(feed.write()) as object),
    signed: (JSON.parse(feed.write()) as { signed: string }).signed.replace(from, to),
  });
const other = (bytes: Buffer): Buffer => {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(200_000) ^ 1, 200_000);
  return changed;
};

export const tamperings: readonly Tampering[] = [
  {
    what: 'signed by somebody else',
    problem: 'untrusted',
    tamper: (feed) => feed.say(feed.write({}, theirs)),
  },
  {
    what: 'another version under the same signature',
    problem: 'untrusted',
    tamper: (feed) => feed.say(put(feed, '9.0.0', '9.9.9')),
  },
  {
    what: 'another hash under the same signature',
    problem: 'untrusted',
    tamper: (feed) => feed.say(put(feed, '"sha512":"', '"sha512":"0')),
  },
  {
    what: 'no signature',
    problem: 'untrusted',
    tamper: (feed) => feed.say(JSON.stringify({ signed: JSON.stringify(feed.manifest), signature: '' })),
  },
  {
    what: 'a rollback, well signed',
    problem: 'untrusted',
    tamper: (feed) => feed.say(feed.write({ version: '0.0.1' })),
  },
  {
    what: 'one that has expired',
    problem: 'expired',
    tamper: (feed) => feed.say(feed.write({ expires: feed.manifest.issued + 1 })),
  },
  {
    what: 'an old one, replayed',
    problem: 'untrusted',
    tamper: (feed) => feed.say(feed.write({ issued: feed.manifest.issued - 30 * DAY })),
  },
  {
    what: 'one of another channel',
    problem: 'untrusted',
    tamper: (feed) => feed.say(feed.write({ channel: 'beta' })),
  },
  {
    what: 'a name that leads elsewhere',
    problem: 'untrusted',
    tamper: (feed) =>
      feed.say(
        feed.write({ files: feed.manifest.files.map((file) => ({ ...file, name: '../../.profile' })) }),
      ),
  },
  {
    what: 'a file with one other bit',
    problem: 'damaged',
    isFile: true,
    tamper: (feed) => feed.lay(other(feed.bytes)),
  },
  {
    what: 'a file that is cut short',
    problem: 'damaged',
    isFile: true,
    tamper: (feed) => feed.lay(feed.bytes.subarray(0, 250_000)),
  },
  {
    what: 'a file that does not end',
    problem: 'unreachable',
    isFile: true,
    tamper: (feed) => feed.lay(Buffer.concat([feed.bytes, Buffer.alloc(2_000_000)])),
  },
];
