/** How lists and bundles are asked for and published, stanza by stanza, on servers that do it well and on others. */
import { describe, expect, it } from 'vitest';
import { createOmemoNetwork } from '../../electron/omemo/devices.ts';
import {
  generateKeyPair,
  generateSigningPair,
  signPlainly,
  signWithSeed,
} from '../../electron/omemo/curve.ts';
import { StanzaError, WireClosed, type IqRequest } from '../../electron/xmpp/wire.ts';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import { writeBundle, type Bundle } from '../../electron/xmpp/xep/xep0384.ts';
import {
  writeBundle as writeNewerBundle,
  writeDeviceList as writeNewerList,
} from '../../electron/xmpp/xep/xep0384-2.ts';
import { serialize, stanza, type Element } from '../../electron/xmpp/xml.ts';
import { jid, must } from './people.ts';

const BOB = jid('bob@builders.example');
const NS = 'eu.siacs.conversations.axolotl';
const PUBSUB = 'http://jabber.org/protocol/pubsub';

/** A wire that answers from a list, and keeps what was asked. */
function wire(...answers: (Element | Error)[]): {
  request: (iq: IqRequest) => Promise<Element>;
  asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    request: (iq) => {
      asked.push(`${iq.type} ${iq.to ?? 'self'} ${serialize(iq.payload)}`);
      const answer = answers.shift();
      if (answer === undefined) throw new Error('nothing more was expected to be asked');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
}

const done = stanza('iq', { type: 'result' });

function items(node: string, ...payloads: string[]): Element {
  const list = payloads.map((payload) => `<item id='current'>${payload}</item>`).join('');
  const reply = parseStanza(
    `<iq xmlns='jabber:client' type='result'><pubsub xmlns='${PUBSUB}'><items node='${node}'>${list}</items></pubsub></iq>`,
  );
  return must(reply);
}

function bundle(): Bundle {
  const owner = generateSigningPair();
  const { publicKey } = generateKeyPair();
  return {
    identityKey: owner.publicKey,
    signedPreKey: { id: 1, publicKey, signature: signWithSeed(owner.seed, publicKey) },
    preKeys: [{ id: 1, publicKey: generateKeyPair().publicKey }],
  };
}

describe('asking', () => {
  it('for a list asks its owner for the newest item', async () => {
    const server = wire(
      items(`${NS}.devicelist`, `<list xmlns='${NS}'><device id='1'/><device id='2'/></list>`),
    );
    expect(await createOmemoNetwork(server).legacy.fetchDeviceList(BOB)).toEqual([{ id: 1 }, { id: 2 }]);
    expect(server.asked).toEqual([
      `get ${BOB} <pubsub xmlns="${PUBSUB}"><items node="${NS}.devicelist" max_items="1"/></pubsub>`,
    ]);
  });

  it('for a bundle asks for the node of the device', async () => {
    const good = bundle();
    const server = wire(items(`${NS}.bundles:7`, serialize(writeBundle(good))));
    expect(await createOmemoNetwork(server).legacy.fetchBundle(BOB, 7)).toEqual(good);
    expect(server.asked[0]).toContain(`node="${NS}.bundles:7"`);
  });

  it.each([
    [new StanzaError('item-not-found', 'cancel'), 'none'],
    [new StanzaError('forbidden', 'auth'), 'refused'],
    [new StanzaError('not-authorized', 'auth'), 'refused'],
    [new StanzaError('service-unavailable', 'cancel'), 'refused'],
    [new StanzaError('feature-not-implemented', 'cancel'), 'refused'],
  ])('an answer of %s is an answer: there are no keys for us', async (error, meaning) => {
    expect(await createOmemoNetwork(wire(error)).legacy.fetchDeviceList(BOB)).toBe(meaning);
    expect(await createOmemoNetwork(wire(error)).legacy.fetchBundle(BOB, 7)).toBeUndefined();
  });

  it.each([
    new StanzaError('remote-server-timeout', 'wait'),
    new StanzaError('remote-server-not-found', 'cancel'),
    new StanzaError('internal-server-error', 'cancel'),
    new StanzaError('service-unavailable', 'wait'),
    new StanzaError('resource-constraint', 'wait'),
    new WireClosed('gone'),
  ])('an answer of %s is none: nobody can tell', async (error) => {
    await expect(createOmemoNetwork(wire(error)).legacy.fetchDeviceList(BOB)).rejects.toBe(error);
    await expect(createOmemoNetwork(wire(error)).legacy.fetchBundle(BOB, 7)).rejects.toBe(error);
  });

  it('an empty node is no list, a payload that can not be read is none for us', async () => {
    const node = `${NS}.devicelist`;
    expect(await createOmemoNetwork(wire(items(node))).legacy.fetchDeviceList(BOB)).toBe('none');
    expect(
      await createOmemoNetwork(wire(items(node, `<lust xmlns='${NS}'/>`))).legacy.fetchDeviceList(BOB),
    ).toBe('refused');
    expect(
      await createOmemoNetwork(wire(items(node, `<list xmlns='${NS}'/>`))).legacy.fetchDeviceList(BOB),
    ).toEqual([]);
    const other = `${NS}.bundles:7`;
    expect(
      await createOmemoNetwork(wire(items(other, `<bundle xmlns='${NS}'/>`))).legacy.fetchBundle(BOB, 7),
    ).toBeUndefined();
  });
});

describe('publishing', () => {
  it('asks for a node that everybody can read, on our own account', async () => {
    const server = wire(done);
    await createOmemoNetwork(server).legacy.publishDeviceList([{ id: 1 }, { id: 2 }]);
    expect(server.asked).toHaveLength(1);
    const [publish] = server.asked;
    expect(publish).toMatch(/^set self /);
    expect(publish).toContain(`<publish node="${NS}.devicelist"><item id="current"><list xmlns="${NS}">`);
    for (const [name, value] of [
      ['access_model', 'open'],
      ['persist_items', 'true'],
      ['max_items', '1'],
    ]) {
      expect(publish).toMatch(new RegExp(`var="pubsub#${name ?? ''}"[^>]*><value>${value ?? ''}</value>`));
    }
  });

  it.each([
    new StanzaError('conflict', 'cancel'),
    new StanzaError('not-acceptable', 'modify'),
    new StanzaError('feature-not-implemented', 'cancel'),
  ])('on a node that is otherwise (%s) makes it so first', async (refusal) => {
    const server = wire(refusal, done, done);
    await createOmemoNetwork(server).legacy.publishBundle(7, bundle());
    expect(server.asked.map((asked) => /<(publish|configure) node="([^"]+)"/.exec(asked)?.slice(1))).toEqual([
      ['publish', `${NS}.bundles:7`],
      ['configure', `${NS}.bundles:7`],
      ['publish', `${NS}.bundles:7`],
    ]);
    expect(server.asked[2]).not.toContain('publish-options');
  });

  it('on a server that can not be configured publishes all the same', async () => {
    const server = wire(new StanzaError('conflict', 'cancel'), new StanzaError('forbidden', 'auth'), done);
    await createOmemoNetwork(server).legacy.publishDeviceList([{ id: 1 }]);
    expect(server.asked).toHaveLength(3);
  });

  it('gives up when the server is not able to, or the stream is gone', async () => {
    for (const error of [new StanzaError('internal-server-error', 'wait'), new WireClosed('gone')]) {
      const server = wire(error);
      await expect(createOmemoNetwork(server).legacy.publishDeviceList([{ id: 1 }])).rejects.toBe(error);
      expect(server.asked).toHaveLength(1);
    }
    const refused = new StanzaError('forbidden', 'auth');
    const server = wire(refused, refused, refused);
    await expect(createOmemoNetwork(server).legacy.publishDeviceList([{ id: 1 }])).rejects.toBe(refused);
  });
});

describe('removing', () => {
  it('a bundle deletes its node; one that is gone already is no error', async () => {
    const server = wire(done, new StanzaError('item-not-found', 'cancel'));
    const network = createOmemoNetwork(server).legacy;
    await network.removeBundle(7);
    await network.removeBundle(7);
    expect(server.asked[0]).toContain(`<delete node="${NS}.bundles:7"/>`);
    const forbidden = new StanzaError('forbidden', 'auth');
    await expect(createOmemoNetwork(wire(forbidden)).legacy.removeBundle(7)).rejects.toBe(forbidden);
  });
});

describe('in the newer protocol', () => {
  const NS_2 = 'urn:xmpp:omemo:2';
  const BUNDLES = `${NS_2}:bundles`;
  const label = { text: 'Bob’s phone', signature: new Uint8Array(64).fill(7) };

  function newerBundle(): Bundle {
    const owner = generateSigningPair();
    const publicKey = generateKeyPair().publicKey.slice(1);
    return {
      identityKey: owner.edwardsKey,
      signedPreKey: { id: 1, publicKey, signature: signPlainly(owner.seed, publicKey) },
      preKeys: [{ id: 1, publicKey: generateKeyPair().publicKey.slice(1) }],
    };
  }

  it('a list comes with its labels, and goes with them', async () => {
    const list = serialize(writeNewerList([{ id: 1 }, { id: 2, label }]));
    const server = wire(items(`${NS_2}:devices`, list), done);
    const network = createOmemoNetwork(server).omemo2;
    expect(await network.fetchDeviceList(BOB)).toEqual([{ id: 1 }, { id: 2, label }]);
    await network.publishDeviceList([{ id: 1 }, { id: 2, label }]);
    expect(server.asked[1]).toContain(`<publish node="${NS_2}:devices"><item id="current">${list}</item>`);
    expect(server.asked[1]).toMatch(/var="pubsub#access_model"[^>]*><value>open</);
  });

  it('a bundle is the item of its device, and no other', async () => {
    const good = newerBundle();
    const item = (id: string): Element =>
      must(
        parseStanza(
          `<iq xmlns='jabber:client' type='result'><pubsub xmlns='${PUBSUB}'><items node='${BUNDLES}'><item id='${id}'>${serialize(writeNewerBundle(good))}</item></items></pubsub></iq>`,
        ),
      );
    const server = wire(item('7'), item('8'), new StanzaError('item-not-found', 'cancel'));
    const network = createOmemoNetwork(server).omemo2;
    expect(await network.fetchBundle(BOB, 7)).toEqual(good);
    expect(server.asked[0]).toContain(`<items node="${BUNDLES}"><item id="7"/></items>`);
    expect(await network.fetchBundle(BOB, 7)).toBeUndefined();
    expect(await network.fetchBundle(BOB, 7)).toBeUndefined();
  });

  const steps = (asked: readonly string[]): string[] =>
    asked.map((each) =>
      [
        /<(publish|configure|retract) /.exec(each)?.[1],
        /max_items"[^>]*><value>(\w+)</.exec(each)?.[1],
        each.includes('publish-options') ? 'options' : undefined,
      ]
        .filter((part) => part !== undefined)
        .join(' '),
    );

  it('a bundle MUST be published on a node for many items, which MUST be reconfigured if it is not', async () => {
    const easy = wire(done);
    await createOmemoNetwork(easy).omemo2.publishBundle(7, newerBundle());
    expect(steps(easy.asked)).toEqual(['publish max options']);
    expect(easy.asked[0]).toContain(`<publish node="${BUNDLES}"><item id="7">`);
    const otherwise = wire(new StanzaError('conflict', 'cancel'), done, done);
    await createOmemoNetwork(otherwise).omemo2.publishBundle(7, newerBundle());
    expect(steps(otherwise.asked)).toEqual(['publish max options', 'configure max', 'publish']);
  });

  it('a server that knows no such option gets it by configuration, before anybody else is pushed out', async () => {
    const unknown = new StanzaError('resource-constraint', 'wait');
    const there = wire(unknown, new StanzaError('not-acceptable', 'modify'), done, done);
    await createOmemoNetwork(there).omemo2.publishBundle(7, newerBundle());
    expect(steps(there.asked)).toEqual(['publish max options', 'configure max', 'configure 200', 'publish']);
    const missing = new StanzaError('item-not-found', 'cancel');
    const first = wire(unknown, missing, missing, unknown, done, done);
    await createOmemoNetwork(first).omemo2.publishBundle(7, newerBundle());
    expect(steps(first.asked)).toEqual([
      'publish max options',
      'configure max',
      'configure 200',
      'publish max options',
      'publish options',
      'configure max',
    ]);
  });

  it('leaving takes out one item, and the node stays for the others', async () => {
    const server = wire(done, new StanzaError('item-not-found', 'cancel'));
    const network = createOmemoNetwork(server).omemo2;
    await network.removeBundle(7);
    await network.removeBundle(7);
    expect(server.asked[0]).toContain(`<retract node="${BUNDLES}" notify="true"><item id="7"/>`);
  });
});
