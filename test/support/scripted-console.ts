/** A console with a few stanzas in it, in the small world of a scripted Port. */
import type { Change } from '../../shared/contract.ts';
import type { Answers } from './scripted-port.ts';

const STANZAS = [
  `<iq type="get" id="a1" to="example.org"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`,
  `<iq type="result" id="a1" from="example.org" to="romeo@montague.example/x"><query xmlns="http://jabber.org/protocol/disco#info"><identity category="server" type="im" name="&lt;script&gt;alert(1)&lt;/script&gt;"/><feature var="urn:xmpp:mam:2"/></query></iq>`,
  `<presence from="juliet@capulet.example/balcony"><show>chat</show></presence>`,
  `<message type="chat" to="juliet@capulet.example"><body>مرحبا, neither, fair saint</body></message>`,
  `<iq type="set" id="a2"><query xmlns="jabber:iq:register"><username>romeo</username><password>•••</password></query></iq>`,
];

export function scriptedConsole(
  announce: (...changes: Change[]) => void,
): Pick<Required<Answers>, Extract<keyof Answers, `console.${string}`>> {
  const tell = (account: number, texts: readonly string[], isOut: boolean): void => {
    const stanzas = texts.map((xml, index) => ({
      at: 1_767_268_800_000 + index * 137,
      isOutgoing: isOut || index % 2 === 0,
      xml,
    }));
    announce({ put: 'stanzas', account, stanzas, dropped: 0 });
  };
  return {
    'console.watch': ({ account }) => {
      tell(account, STANZAS, false);
      return {};
    },
    'console.stop': () => ({}),
    'console.send': ({ account, xml }) => {
      if (!xml.startsWith('<')) return { problem: 'not-xml', detail: 'this is not exactly one element' };
      tell(account, [xml], true);
      return {};
    },
  };
}
