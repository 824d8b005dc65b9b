/**
 * A server with one room, and as many people in it as a test wants: what is said of them when somebody comes in is written
 * at once, which no real server could do with ten thousand sessions on a test machine. It keeps nothing.
 */
import { childElements, serialize, stanza, xml, type Element } from '../../electron/xmpp/xml.ts';
import { serverCertificate } from './certificates.ts';
import { startFakeServer, type FakeServer, type FakeSession } from './fake-server.ts';

const DOMAIN = 'a.test';
export const CROWD = `crowd@rooms.${DOMAIN}`;
const NS_INFO = 'http://jabber.org/protocol/disco#info';
const NS_USER = 'http://jabber.org/protocol/muc#user';

export interface CrowdServer extends FakeServer {
  readonly account: { readonly address: string; readonly password: string };
  /** Of its certificate. */
  readonly fingerprint: string;
}

/** @param size how many are in the room before anybody else comes */
export async function startCrowdServer(size: number): Promise<CrowdServer> {
  const certificate = await serverCertificate(DOMAIN);
  const crowd = Array.from({ length: size }, (_, index) => presenceOf(index)).join('');
  const server = await startFakeServer({
    domain: DOMAIN,
    certificate,
    serve: async (session) => {
      const jid = await session.online();
      let count = 0;
      for (;;) {
        const element = await session.next();
        if (element.name === 'r') session.send(`<a xmlns='urn:xmpp:sm:3' h='${count}'/>`);
        if (!['iq', 'message', 'presence'].includes(element.name)) continue;
        count += 1;
        answer(session, element, jid, crowd);
      }
    },
  });
  const account = { address: `alice@${DOMAIN}`, password: 'secret' };
  return { ...server, account, fingerprint: certificate.fingerprint };
}

function answer(session: FakeSession, element: Element, jid: string, crowd: string): void {
  const { to = '', type, id = '' } = element.attrs;
  const [room, nick] = to.split('/');
  if (element.name === 'presence' && room === CROWD && nick !== undefined)
    session.send(type === 'unavailable' ? left(nick) : `${crowd}${entered(nick)}`);
  if (element.name !== 'iq' || (type !== 'get' && type !== 'set')) return;
  const [asked] = childElements(element);
  const reply = (kind: string, ...children: readonly Element[]): void => {
    session.send(
      serialize(stanza('iq', { type: kind, id, to: jid, from: to === '' ? undefined : to }, ...children)),
    );
  };
  if (asked?.ns === NS_INFO && to === CROWD) reply('result', describeRoom());
  else if (asked?.ns === 'jabber:iq:roster') reply('result', xml('query', 'jabber:iq:roster'));
  else if (asked?.ns === 'urn:xmpp:ping') reply('result');
  else
    reply(
      'error',
      xml(
        'error',
        'jabber:client',
        { type: 'cancel' },
        xml('service-unavailable', 'urn:ietf:params:xml:ns:xmpp-stanzas'),
      ),
    );
}

function describeRoom(): Element {
  const features = [
    'http://jabber.org/protocol/muc',
    'muc_open',
    'muc_semianonymous',
    'urn:xmpp:occupant-id:0',
  ];
  return xml(
    'query',
    NS_INFO,
    {},
    xml('identity', NS_INFO, { category: 'conference', type: 'text', name: 'Crowd' }),
    ...features.map((name) => xml('feature', NS_INFO, { var: name })),
  );
}

/** As usual clients and servers write them: with what the program can do, a picture, and an id. */
function presenceOf(index: number): string {
  const away = index % 3 === 0 ? '<show>away</show>' : '';
  const role =
    index % 500 === 0 ? "affiliation='admin' role='moderator'" : "affiliation='none' role='participant'";
  return (
    `<presence from='${CROWD}/Person ${index}'>${away}<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' ` +
    `node='https://client.example' ver='QgayPKawpkPSDYmwT${index % 20}WM94uAlu0='/><x xmlns='vcard-temp:x:update'>` +
    `<photo>${index.toString(16).padStart(40, '0')}</photo></x><x xmlns='${NS_USER}'><item ${role}/></x>` +
    `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='person-${index}-dd72603deec90a38ba552f7c68cbcc61bca202cd'/></presence>`
  );
}

const self = (nick: string, type: string, role: string): string =>
  `<presence from='${CROWD}/${nick}'${type}><x xmlns='${NS_USER}'><item affiliation='none' role='${role}'/>` +
  `<status code='110'/></x><occupant-id xmlns='urn:xmpp:occupant-id:0' id='self'/></presence>`;

const left = (nick: string): string => self(nick, " type='unavailable'", 'none');

const entered = (nick: string): string =>
  `${self(nick, '', 'participant')}<message type='groupchat' from='${CROWD}'><subject>Everybody</subject></message>`;
