import { describe, expect, it } from 'vitest';
import { read } from '../../electron/xmpp/xep/xep0478.ts';
import { parseXml } from '../support/xml.ts';

const features = (content: string): ReturnType<typeof parseXml> =>
  parseXml(
    `<stream:features xmlns:stream='http://etherx.jabber.org/streams'><limits xmlns='urn:xmpp:stream-limits:0'>${content}</limits></stream:features>`,
  );

it('reads both limits, and neither', () => {
  const both = features('<max-bytes>262144</max-bytes><idle-seconds>1800</idle-seconds>');
  expect(read(both)).toEqual({ maxBytes: 262_144, idleSeconds: 1_800 });
  expect(read(features(''))).toEqual({});
  expect(read(parseXml("<features xmlns='http://etherx.jabber.org/streams'/>"))).toEqual({});
});

describe('does not believe', () => {
  it.each(['', 'abc', '-1', '1e9', '0x10', '99999999999', '4294967296', '1.5'])('%j', (text) => {
    expect(read(features(`<max-bytes>${text}</max-bytes><idle-seconds>${text}</idle-seconds>`))).toEqual({});
  });

  it('a limit that no server may have', () => {
    const tiny = features('<max-bytes>0</max-bytes><idle-seconds>0</idle-seconds>');
    expect(read(tiny)).toEqual({ maxBytes: 10_000, idleSeconds: 10 });
  });
});
