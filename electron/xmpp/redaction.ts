/**
 * Stanzas as a person may look at them: whatever is a secret, or opens something, is covered. Pure. It shows less rather
 * than more, and covers by what things are called as well, so that an extension that we do not know leaks nothing either.
 */
import { xml, type Element } from './xml.ts';

/** What stands in place of a secret. */
export const COVER = '•••';

/** Everything inside of these namespaces that is text or an attribute's value: authentication, tokens, keys of OMEMO. */
const SECRET_NAMESPACES = [
  /^urn:ietf:params:xml:ns:xmpp-sasl$/u, // RFC 6120 §6
  /^urn:xmpp:(?:sasl|fast|sasl-upgrade|sasl-cb|bind-token):/u, // XEP-0388, XEP-0484, XEP-0480
  /^urn:xmpp:esfs:/u, // XEP-0448: the key of a file
  /^jabber:iq:auth$/u, // XEP-0078
];
/** The names of elements, attributes and fields of forms that hold a secret, wherever they stand. */
const SECRET_NAME =
  /passw|passphrase|^pass$|secret|token|credential|cookie|authoriz|^(?:key|iv|private|privkey|seed|response|challenge|auth|initial-response|additional-data|digest|pin|otp|preauth|payload)$/iu;
/** Values that open something although their name does not say so: tokens in links, keys of encrypted files. */
const SECRET_PART =
  /(\b(?:preauth|token|sig|signature|key|secret|password|auth|x-amz-[a-z-]+)=)[^&;\s"'<>]+|(\baesgcm:\/\/[^\s#"'<>]*#)[0-9a-f]+/giu;

/** A copy of the stanza without its secrets. */
export function redact(element: Element): Element {
  return cover(element, false);
}

function cover(element: Element, isSecret: boolean): Element {
  const covers = isSecret || isSecretElement(element);
  const attrs: Record<string, string> = {};
  for (const [name, value] of Object.entries(element.attrs)) {
    attrs[name] = covers || SECRET_NAME.test(name) ? COVER : coverParts(value);
  }
  // The name of a field says what it is, so it stays; so does the type of what was covered.
  for (const name of ['var', 'type', 'name', 'mechanism', 'rid']) {
    const value = element.attrs[name];
    if (value !== undefined && covers && !SECRET_NAME.test(name)) attrs[name] = value;
  }
  return xml(
    element.name,
    element.ns,
    attrs,
    ...element.children.map((part) => {
      if (typeof part !== 'string') return cover(part, covers);
      return covers && part.trim() !== '' ? COVER : coverParts(part);
    }),
  );
}

function isSecretElement({ name, ns, attrs }: Element): boolean {
  if (SECRET_NAMESPACES.some((pattern) => pattern.test(ns)) || SECRET_NAME.test(name)) return true;
  // XEP-0004 §3.3 text-private, and fields called so; XEP-0363 §4 headers that let somebody in.
  if (name === 'field') return attrs['type'] === 'text-private' || SECRET_NAME.test(attrs['var'] ?? '');
  return name === 'header' && SECRET_NAME.test(attrs['name'] ?? '');
}

function coverParts(text: string): string {
  return text.replace(
    SECRET_PART,
    (_, named: string | undefined, file: string | undefined) => `${named ?? file ?? ''}${COVER}`,
  );
}
