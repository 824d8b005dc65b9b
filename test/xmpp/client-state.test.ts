/** Client state (XEP-0352) and what a stream tells of itself, on a whole stream with a scripted server where it matters. */
import { describe, expect, it } from 'vitest';
import { ClientState } from '../../electron/xmpp/client-state.ts';
import { DetailsNote } from '../../electron/xmpp/details.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { parseXml } from '../support/xml.ts';

const [ACTIVE, INACTIVE] = ['<active xmlns="urn:xmpp:csi:0"/>', '<inactive xmlns="urn:xmpp:csi:0"/>'];
type Step = 'offered' | 'away' | 'back';

describe('what the server is told of somebody looking', () => {
  it.each<[string, readonly Step[], readonly string[]]>([
    ['nothing: a stream begins with somebody looking', ['offered'], []],
    ['nothing, where it is not offered', ['away', 'back', 'away'], []],
    ['that nobody looks, once', ['offered', 'away', 'away'], [INACTIVE]],
    ['that somebody is back', ['offered', 'away', 'back', 'back'], [INACTIVE, ACTIVE]],
    ['what is true when it begins to be offered', ['away', 'offered', 'offered'], [INACTIVE]],
    ['nothing of what is over by then', ['away', 'back', 'offered'], []],
  ])('%s', (_, steps, expected) => {
    const told: string[] = [];
    const state = new ClientState((element) => told.push(serialize(element)));
    for (const step of steps) {
      if (step === 'offered') state.offered();
      else state.set(step === 'back');
    }
    expect(told).toEqual(expected);
  });
});

describe('what a stream tells of itself', () => {
  const features = (content: string): ReturnType<typeof parseXml> =>
    parseXml(`<features xmlns='http://etherx.jabber.org/streams'>${content}</features>`);

  it('is nothing before it is secured', () => {
    expect(new DetailsNote().details).toBeUndefined();
  });

  it('are the features before and after authentication, and what goes with SASL2', () => {
    const note = new DetailsNote();
    note.note({ transport: 'direct-tls', cipher: 'c' });
    note.noteFeatures(
      features(`<authentication xmlns='urn:xmpp:sasl:2'><mechanism>X</mechanism><inline>
        <bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:csi:0'/></inline></bind></inline></authentication>`),
    );
    note.noteFeatures(features("<sm xmlns='urn:xmpp:sm:3'/>"));
    expect(note.details).toEqual({
      transport: 'direct-tls',
      cipher: 'c',
      features: new Set(['urn:xmpp:sasl:2', 'urn:xmpp:bind:0', 'urn:xmpp:csi:0', 'urn:xmpp:sm:3']),
    });
    expect(note.offers('urn:xmpp:csi:0')).toBe(true);
    expect(note.offers('constructor')).toBe(false);
  });

  it('is bounded, however much a server offers', () => {
    const note = new DetailsNote();
    note.note({ transport: 'starttls' });
    const many = Array.from({ length: 5_000 }, (_, i) => `<x xmlns='urn:${String(i)}'/>`).join('');
    note.noteFeatures(features(many));
    note.noteFeatures(features('<a>'.repeat(60) + "<b xmlns='urn:deep'/>" + '</a>'.repeat(60)));
    expect(note.details?.features.size).toBe(256);
    expect(note.offers('urn:deep')).toBe(false);
  });
});
