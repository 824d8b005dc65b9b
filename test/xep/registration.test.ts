/** The codecs of accounts: forms, challenges, registration, invitations, commands, moves. Examples are the texts' own. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { faultOf } from '../../shared/form-rules.ts';
import type { FormField } from '../../shared/rows/form.ts';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { readFillable, writeFilled } from '../../electron/xmpp/xep/xep0004.ts';
import { askCommands, askExecution, readCommand } from '../../electron/xmpp/xep/xep0050.ts';
import { readOutOfBand } from '../../electron/xmpp/xep/xep0066.ts';
import {
  askPasswordChange,
  askRemoval,
  readRegistration,
  readWanted,
  writeRegistration,
} from '../../electron/xmpp/xep/xep0077.ts';
import { readChallenges } from '../../electron/xmpp/xep/xep0158.ts';
import { readMedia } from '../../electron/xmpp/xep/xep0221.ts';
import { bitsFor, readBits, writeBits } from '../../electron/xmpp/xep/xep0231.ts';
import { askStatement, askStating, movedIn, readStatement } from '../../electron/xmpp/xep/xep0283.ts';
import { readToken, writeToken } from '../../electron/xmpp/xep/xep0379.ts';
import { askInvitation } from '../../electron/xmpp/xep/xep0401.ts';
import { askAcceptance, takesTokens } from '../../electron/xmpp/xep/xep0445.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { bare, overWire, parseXml, scriptedWire } from '../support/xml.ts';

const form = (inner: string): string => `<x xmlns='jabber:x:data' type='form'>${inner}</x>`;
const query = (inner: string): string => `<query xmlns='jabber:iq:register'>${inner}</query>`;

describe('forms to fill in (XEP-0004)', () => {
  test('every type of field, as its author means it', () => {
    const read = readFillable(
      parseXml(
        form(`<title>Bot</title><instructions>One</instructions><instructions>Two</instructions>
        <field type='hidden' var='FORM_TYPE'><value>jabber:bot</value></field>
        <field type='fixed'><value>Section 1</value></field>
        <field type='text-single' label='The name' var='botname'><required/></field>
        <field type='text-multi' label='Description' var='description'><desc>Long</desc></field>
        <field type='boolean' label='Public?' var='public'/>
        <field type='text-private' var='password'/>
        <field type='list-multi' label='Features' var='features'>
          <option label='Contests'><value>contests</value></option><option><value>news</value></option>
          <value>news</value>
        </field>
        <field type='list-single' var='max'><value>20</value><option label='10'><value>10</value></option></field>
        <field type='jid-multi' label='People' var='invitelist'/><field type='jid-single' var='owner'/>
        <field var='untyped'/><field type='from-the-future' var='newer'/>`),
      ),
    );
    expect(read).toMatchObject({ title: 'Bot', instructions: 'One\nTwo' });
    expect(read?.fields.map(({ name, type, label, isRequired }) => [name, type, label, isRequired])).toEqual([
      ['FORM_TYPE', 'hidden', 'FORM_TYPE', false],
      ['', 'fixed', '', false],
      ['botname', 'text-single', 'The name', true],
      ['description', 'text-multi', 'Description', false],
      ['public', 'boolean', 'Public?', false],
      ['password', 'text-private', 'password', false],
      ['features', 'list-multi', 'Features', false],
      ['max', 'list-single', 'max', false],
      ['invitelist', 'jid-multi', 'People', false],
      ['owner', 'jid-single', 'owner', false],
      ['untyped', 'text-single', 'untyped', false],
      ['newer', 'text-single', 'newer', false],
    ]);
    expect(read?.fields[6]).toMatchObject({
      values: ['news'],
      options: [
        { value: 'contests', label: 'Contests' },
        { value: 'news', label: 'news' },
      ],
    });
  });

  test('what goes back: hidden values as they came, no fixed text, nothing that was not asked for', () => {
    const asked = readFillable(
      parseXml(
        form(`<field type='hidden' var='FORM_TYPE'><value>jabber:iq:register</value></field>
        <field type='hidden' var='challenge'><value>F3A6</value></field><field type='fixed'><value>Hello</value></field>
        <field type='text-single' var='username'><required/></field><field type='text-single' var='email'/>
        <field type='text-single' var='nick'><required/></field>`),
      ),
    );
    const answers = new Map([
      ['username', ['bill']],
      ['challenge', ['forged']],
      ['injected', ['x']],
      ['email', ['']],
    ]);
    expect(asked && serialize(writeFilled(asked, answers), '')).toBe(
      '<x xmlns="jabber:x:data" type="submit">' +
        '<field var="FORM_TYPE" type="hidden"><value>jabber:iq:register</value></field>' +
        '<field var="challenge" type="hidden"><value>F3A6</value></field>' +
        '<field var="username" type="text-single"><value>bill</value></field>' +
        '<field var="nick" type="text-single"/></x>',
    );
  });

  test('hostile forms: too many fields, one name twice, endless texts, no names, another type', () => {
    expect(readFillable(parseXml(form("<field var='a'/>".repeat(65))))).toBeUndefined();
    expect(readFillable(parseXml(form("<field var='a'/>".repeat(64))))?.fields).toHaveLength(1);
    expect(readFillable(parseXml(form("<field/><field var=''/><field type='hidden'/>")))?.fields).toEqual([]);
    expect(readFillable(parseXml("<x xmlns='jabber:x:data' type='submit'/>"))).toBeUndefined();
    const endless = readFillable(
      parseXml(form(`<title>${'x'.repeat(9_999)}</title><field var='a' label='${'y'.repeat(9_999)}'/>`)),
    );
    expect(endless?.title).toHaveLength(512);
    expect(endless?.fields[0]?.label).toHaveLength(512);
  });

  test.each<[string, Partial<FormField>, string[], string | undefined]>([
    ['an answer that has to be', { isRequired: true }, [''], 'missing'],
    ['two where one fits', {}, ['a', 'b'], 'one-only'],
    ['an option', { type: 'list-single' }, ['one'], undefined],
    ['no option', { type: 'list-multi' }, ['one', 'three'], 'not-an-option'],
    ['an address', { type: 'jid-single' }, ['a@b.example/r'], undefined],
    ['no address', { type: 'jid-multi' }, ['a@b.example', '@'], 'not-an-address'],
    ['yes', { type: 'boolean', isRequired: true }, ['1'], undefined],
    ['perhaps', { type: 'boolean' }, ['perhaps'], 'not-yes-or-no'],
    ['text to read', { type: 'fixed', isRequired: true }, [], undefined],
  ])('%s', (_name, given, values, fault) => {
    const options = ['one', 'two'].map((value) => ({ value, label: value }));
    const field: FormField = {
      name: 'f',
      type: 'text-single',
      label: 'f',
      isRequired: false,
      values: [],
      options,
      media: [],
      ...given,
    };
    expect(faultOf(field, values)).toBe(fault);
  });
});

describe('registration (XEP-0077)', () => {
  test('the old fields become a form, and go back as fields', () => {
    const read = readRegistration(
      parseXml(
        query('<instructions> Choose. </instructions><username/><password/><email/><key>abc</key><unknown/>'),
      ),
    );
    expect(read).toMatchObject({ isRegistered: false, kind: 'fields', form: { instructions: 'Choose.' } });
    expect(read?.form.fields.map(({ name, type, isRequired }) => [name, type, isRequired])).toEqual([
      ['username', 'text-single', true],
      ['password', 'text-private', true],
      ['email', 'text-single', true],
      ['key', 'hidden', true],
    ]);
    const answers = new Map([
      ['username', ['bill']],
      ['password', ['Calliope']],
      ['key', ['forged']],
    ]);
    expect(read && serialize(writeRegistration(read, answers), '')).toBe(
      '<query xmlns="jabber:iq:register"><username>bill</username><password>Calliope</password><email/>' +
        '<key>abc</key></query>',
    );
  });

  test('a form takes precedence over the fields, and never both go back', () => {
    const read = readRegistration(
      parseXml(
        query(
          `<instructions>Visit</instructions><username/><password/>${form("<field var='username'><required/></field>")}`,
        ),
      ),
    );
    expect(read).toMatchObject({
      kind: 'form',
      form: { instructions: 'Visit', fields: [{ name: 'username' }] },
    });
    const answered = read && writeRegistration(read, new Map([['username', ['bill']]]));
    expect(answered?.children).toHaveLength(1);
  });

  test('a page instead; only one that a browser may be given', () => {
    const at = (url: string): unknown =>
      readRegistration(
        parseXml(query(`<instructions>Go</instructions><x xmlns='jabber:x:oob'><url>${url}</url></x>`)),
      );
    expect(at('http://www.shakespeare.lit/contests.php')).toMatchObject({
      kind: 'elsewhere',
      url: 'http://www.shakespeare.lit/contests.php',
    });
    for (const bad of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'https://a.test@evil.test',
      'smb://x/y',
    ]) {
      expect(at(bad)).not.toHaveProperty('url');
    }
    expect(readOutOfBand(parseXml("<x xmlns='jabber:x:oob'/>"))).toBeUndefined();
  });

  test('an account that exists says so', () => {
    expect(readRegistration(parseXml(query('<registered/><username>juliet</username>')))).toMatchObject({
      isRegistered: true,
    });
  });

  test('a change of password names the account; what the server wants to know first comes with its refusal', async () => {
    const wire = scriptedWire("<iq type='result'/>", "<iq type='result'/>");
    await askPasswordChange(wire, 'shakespeare.lit', { username: 'bill', password: 'newpass' });
    await askRemoval(wire);
    expect(wire.asked.map(({ to, payload }) => [to, serialize(payload, '')])).toEqual([
      [
        'shakespeare.lit',
        '<query xmlns="jabber:iq:register"><username>bill</username><password>newpass</password></query>',
      ],
      [undefined, '<query xmlns="jabber:iq:register"><remove/></query>'],
    ]);
    const refusal = `<iq type='error'>${query(form("<field type='text-private' var='old_password'><required/></field>"))}
      <error type='modify'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;
    expect(readWanted(parseXml(refusal))?.fields).toMatchObject([{ name: 'old_password', isRequired: true }]);
    expect(readWanted(parseXml("<iq type='error'/>"))).toBeUndefined();
  });
});

describe('challenges (XEP-0158, 0221, 0231)', () => {
  const image = Buffer.from('89504e470d0a1a0a', 'hex');
  const cid = `sha1+${createHash('sha1').update(image).digest('hex')}@bob.xmpp.org`;
  const bits = (name: string, type = 'image/png'): string =>
    `<data xmlns='urn:xmpp:bob' cid='${name}' type='${type}'>${image.toString('base64')}</data>`;
  const challenge = (uris: string, along = ''): unknown => {
    const element = parseXml(
      query(
        `${form(`<field var='ocr' label='Enter the text you see'>
        <media xmlns='urn:xmpp:media-element' height='80' width='290'>${uris}</media></field>`)}${along}`,
      ),
    );
    return readChallenges(readRegistration(element)?.form.fields ?? [], [element])[0]?.media;
  };
  const shown = {
    kind: 'image',
    data: `data:image/png;base64,${image.toString('base64')}`,
    width: 290,
    height: 80,
  };

  test('an image that came along is shown, whichever way is offered first', () => {
    const uris = `<uri type='image/jpeg'>https://v.example/o.jpg</uri><uri type='image/png'>cid:${cid}</uri>`;
    expect(challenge(uris, bits(cid))).toEqual([shown]);
    expect(
      challenge(`<uri type='image/png'>data:image/png;base64,\n${image.toString('base64')}</uri>`),
    ).toEqual([shown]);
  });

  test('an address on the web is a link and never fetched', () => {
    expect(challenge("<uri type='audio/x-wav'> https://v.example/speech.wav?F3 </uri>")).toEqual([
      { kind: 'audio', url: 'https://v.example/speech.wav?F3', width: 290, height: 80 },
    ]);
  });

  test.each([
    ['bits under another name', `<uri type='image/png'>cid:${cid}</uri>`, bits(`x${cid}`)],
    [
      'bits that are not what their name says',
      `<uri type='image/png'>cid:sha1+${'0'.repeat(40)}@bob.xmpp.org</uri>`,
      bits(`sha1+${'0'.repeat(40)}@bob.xmpp.org`),
    ],
    ['a name without a hash', "<uri type='image/png'>cid:x@bob.xmpp.org</uri>", bits('x@bob.xmpp.org')],
    [
      'a picture with a script in it',
      `<uri type='image/svg+xml'>cid:${cid}</uri>`,
      bits(cid, 'image/svg+xml'),
    ],
    ['such a picture in the open', "<uri type='image/svg+xml'>data:image/svg+xml;base64,AAAA</uri>", ''],
    ['a page in the open', "<uri type='text/html'>data:text/html;base64,AAAA</uri>", ''],
    ['an unprotected address', "<uri type='image/png'>http://v.example/o.png</uri>", ''],
    ['a file', "<uri type='image/png'>file:///etc/passwd</uri>", ''],
    ['a disguised host', "<uri type='image/png'>https://v.example@evil.example/o.png</uri>", ''],
    ['no type', `<uri>cid:${cid}</uri>`, bits(cid)],
  ])('nothing is shown for %s', (_name, uris, along) => {
    expect(challenge(uris, along)).toEqual([]);
  });

  test('what only a program can answer is left out, unless it has to be answered', () => {
    const read = (required: string): unknown =>
      readChallenges(
        readFillable(
          parseXml(form(`<field label='93C7A' var='SHA-256'>${required}</field><field var='qa'/>`)),
        )?.fields ?? [],
        [],
      ).map(({ name }) => name);
    expect(read('')).toEqual(['qa']);
    expect(read('<required/>')).toEqual(['SHA-256', 'qa']);
  });

  test('bits: read(write(x)) = x, and nothing of nothing', () => {
    const value = { cid, type: 'image/png', data: Uint8Array.from(image) };
    expect(readBits(overWire(writeBits(value)))).toEqual(value);
    expect(bitsFor(`cid:${cid}`, [parseXml(`<p>${bits(cid)}</p>`)])).toEqual(value);
    for (const bad of ["cid='a'>", "cid=''>AAAA", "cid='a'>@@"]) {
      expect(readBits(parseXml(`<data xmlns='urn:xmpp:bob' ${bad}</data>`))).toBeUndefined();
    }
    expect(readMedia(parseXml("<media xmlns='urn:xmpp:media-element'/>"))).toBeUndefined();
  });
});

describe('invitations (XEP-0379, 0401, 0445)', () => {
  test('a token, in a request or before registering', async () => {
    expect(readToken(overWire(writeToken('1tMFqYDdKhfe2pwp')))).toBe('1tMFqYDdKhfe2pwp');
    for (const bad of ['', "token=''", `token='${'x'.repeat(257)}'`]) {
      expect(readToken(parseXml(`<preauth xmlns='urn:xmpp:pars:0' ${bad}/>`))).toBeUndefined();
    }
    const offer = (ns: string): string =>
      `<stream:features xmlns:stream='http://etherx.jabber.org/streams'><register xmlns='${ns}'/></stream:features>`;
    expect(takesTokens(parseXml(offer('urn:xmpp:ibr-token:0')))).toBe(true);
    expect(takesTokens(parseXml(offer('http://jabber.org/features/iq-register')))).toBe(false);
    const wire = scriptedWire("<iq type='result'/>");
    await askAcceptance(wire, 'example.com', 'TOKEN');
    expect(serialize(wire.asked[0]?.payload ?? parseXml('<x/>'), '')).toBe(
      '<preauth xmlns="urn:xmpp:pars:0" token="TOKEN"/>',
    );
  });

  const commands = `<iq type='result'><query xmlns='http://jabber.org/protocol/disco#items'
    node='http://jabber.org/protocol/commands'>
    <item jid='example.com' node='urn:xmpp:invite#invite' name='Invite user'/></query></iq>`;
  const result = (fields: string): string => `<iq type='result'>
    <command xmlns='http://jabber.org/protocol/commands' node='urn:xmpp:invite#invite' status='completed'>
    <x xmlns='jabber:x:data' type='result'>${fields}</x></command></iq>`;
  const uri = 'xmpp:inviter@example.com?roster;preauth=TOKEN;ibr=y';

  test('one that the server makes', async () => {
    const wire = scriptedWire(
      commands,
      result(`<field var='uri'><value>${uri}</value></field>
        <field var='landing-url'><value>https://example.com/invite/#TOKEN</value></field>
        <field var='expire'><value>2017-11-06T02:56:15Z</value></field>`),
    );
    expect(await askInvitation(wire, 'example.com')).toEqual({
      uri,
      page: 'https://example.com/invite/#TOKEN',
      expires: Date.UTC(2017, 10, 6, 2, 56, 15),
    });
  });

  test('none from a server that makes none, or whose answer is no invitation', async () => {
    const none = "<iq type='result'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>";
    expect(await askInvitation(scriptedWire(none), 'example.com')).toBeUndefined();
    const bad = result("<field var='uri'><value>javascript:alert(1)</value></field>");
    expect(await askInvitation(scriptedWire(commands, bad), 'example.com')).toBeUndefined();
    const page = result(
      `<field var='uri'><value>${uri}</value></field><field var='landing-url'><value>http://x.example</value></field>`,
    );
    expect(await askInvitation(scriptedWire(commands, page), 'example.com')).toEqual({ uri });
  });

  test('commands: what is listed, and the answer to another one is no answer', async () => {
    expect(await askCommands(scriptedWire(commands), 'example.com')).toMatchObject([
      { node: 'urn:xmpp:invite#invite' },
    ]);
    expect(await askExecution(scriptedWire(result('')), 'example.com', 'other')).toBeUndefined();
    const noted = `<command xmlns='http://jabber.org/protocol/commands' node='n' status='completed' sessionid='s'>
      <note type='error'>No</note><note type='constructor'>Hm</note></command>`;
    expect(readCommand(parseXml(noted))).toEqual({
      node: 'n',
      status: 'completed',
      session: 's',
      notes: [
        { type: 'error', text: 'No' },
        { type: 'info', text: 'Hm' },
      ],
    });
  });
});

describe('moves (XEP-0283)', () => {
  const old = bare('juliet@im.example.net');
  const statement = (inner: string): string => `<iq type='result' from='${old}'>
    <pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:moved:1'><item id='current'>
    <moved xmlns='urn:xmpp:moved:1'>${inner}</moved></item></items></pubsub></iq>`;
  const gone = (text: string): StanzaError =>
    new StanzaError(
      'gone',
      'cancel',
      undefined,
      parseXml(
        `<iq type='error'><error><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>${text}</gone></error></iq>`,
      ),
    );

  test('the notification in a request', () => {
    const request = (inner: string): unknown =>
      movedIn(
        parseXml(
          `<presence xmlns='jabber:client'><moved xmlns='urn:xmpp:moved:1'>${inner}</moved></presence>`,
        ),
      );
    expect(request(`<old-jid>${old}</old-jid>`)).toBe(old);
    expect(request('<old-jid>juliet@im.example.net/full</old-jid>')).toBeUndefined();
    expect(request('<old-jid>a@b.example</old-jid><old-jid>c@d.example</old-jid>')).toBeUndefined();
    expect(request('')).toBeUndefined();
    expect(readStatement(parseXml('<moved/>'))).toBeUndefined();
  });

  test('the statement at the old address, or its server’s word that it is gone', async () => {
    const wire = scriptedWire(statement('<new-jid>juliet@capulet.example</new-jid>'));
    expect(await askStatement(wire, old)).toBe('juliet@capulet.example');
    expect(wire.asked[0]?.to).toBe(old);
    expect(await askStatement(scriptedWire(gone('xmpp:juliet@capulet.example')), old)).toBe(
      'juliet@capulet.example',
    );
  });

  test('anything else is no statement', async () => {
    expect(await askStatement(scriptedWire(statement('')), old)).toBeUndefined();
    expect(await askStatement(scriptedWire(gone('https://capulet.example')), old)).toBeUndefined();
    expect(await askStatement(scriptedWire(gone('')), old)).toBeUndefined();
    const refused = new StanzaError('forbidden', 'auth');
    await expect(askStatement(scriptedWire(refused), old)).rejects.toBe(refused);
  });

  test('our own is for those only who see our presence', async () => {
    const wire = scriptedWire("<iq type='result'/>");
    await askStating(wire, bare('juliet@capulet.example'));
    const sent = serialize(wire.asked[0]?.payload ?? parseXml('<x/>'), '');
    expect(sent).toContain('<new-jid>juliet@capulet.example</new-jid>');
    expect(sent).toMatch(/access_model"[^>]*><value>presence</);
  });
});
