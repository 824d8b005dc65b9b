/**
 * The content of a message in its envelope, under a key of its own: AES-256-CBC with HMAC-SHA-256 as XEP-0384 0.9.1
 * #protocol-message_encryption has it. The code is in the ratchet next to the key.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  randomInt,
  timingSafeEqual,
} from 'node:crypto';
import type { BareJid } from '../../shared/jid.ts';
import { parseStanza } from '../xmpp/transport/parser.ts';
import { AFFIXES } from '../xmpp/xep/xep0384-2.ts';
import { NS as NS_ENVELOPE, readEnvelope, writeEnvelope } from '../xmpp/xep/xep0420.ts';
import { is, NS_CLIENT, serialize, textOf, xml, type Element } from '../xmpp/xml.ts';
import type { Content } from './content.ts';
import { SessionFault } from './fault.ts';

const KEY = 32;
const CODE = 16;
/** #message-structure-description: what the ratchet carries in a message without content. */
export const EMPTY_SECRET = new Uint8Array(KEY);

/** Who says something to whom, and when (milliseconds): for those who receive it, as far as they know without reading. */
export interface Occasion {
  readonly sender: BareJid;
  readonly recipient: BareJid;
  readonly at: number;
}

export interface SealedContent {
  readonly payload: Uint8Array;
  /** Key and code, 48 bytes, to be sealed for each device. */
  readonly secret: Uint8Array;
}

/** Encrypts content under a new key, in an envelope that says where it belongs (#sce). */
export function sealContent({ text, elements }: Content, { sender, recipient, at }: Occasion): SealedContent {
  const body = text === undefined ? [] : [xml('body', NS_CLIENT, {}, text)];
  const affixes = { from: sender, to: recipient, at };
  return sealBytes(
    Buffer.from(serialize(writeEnvelope({ content: [...body, ...elements], ...affixes }, randomInt))),
  );
}

/** Encrypts what may be any bytes under a new key. */
export function sealBytes(plaintext: Uint8Array): SealedContent {
  const key = randomBytes(KEY);
  const { cipherKey, macKey, iv } = expand(key);
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
  const payload = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return {
    payload: Uint8Array.from(payload),
    secret: Uint8Array.from(Buffer.concat([key, codeOf(macKey, payload)])),
  };
}

/**
 * Decrypts content.
 * @param occasion what is known of the message that it came in: the envelope must not say otherwise
 * @throws SessionFault `malformed` for wrong sizes or what is no envelope, `forged` for a wrong code or an envelope that
 *   belongs to another message
 */
export function openContent(sealed: SealedContent, { sender, recipient, at }: Occasion): Content {
  const envelope = parse(openBytes(sealed));
  if (envelope === undefined || !is(envelope, 'envelope', NS_ENVELOPE)) {
    throw new SessionFault('malformed', 'there is no envelope');
  }
  const around = { from: sender, to: recipient, at, required: AFFIXES };
  const read = readEnvelope(envelope, around);
  if (read === undefined) throw new SessionFault('forged', 'the envelope belongs to another message');
  const bodies = read.content.filter(isBody);
  // RFC 6121 §5.2.3: of several languages the one that is not marked as a translation, else the first.
  const body = bodies.find(({ attrs }) => attrs['xml:lang'] === undefined) ?? bodies[0];
  return {
    ...(body !== undefined && { text: textOf(body) }),
    elements: read.content.filter((element) => !isBody(element)),
    ...(read.at !== undefined && { saidAt: read.at }),
  };
}

/** @throws SessionFault as `openContent` does */
export function openBytes({ payload, secret }: SealedContent): Uint8Array {
  if (secret.length !== KEY + CODE) throw new SessionFault('malformed', 'the key has the wrong size');
  const { cipherKey, macKey, iv } = expand(secret.subarray(0, KEY));
  if (!timingSafeEqual(codeOf(macKey, payload), secret.subarray(KEY))) {
    throw new SessionFault('forged', 'the content was changed');
  }
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
  try {
    return Uint8Array.from(Buffer.concat([decipher.update(payload), decipher.final()]));
  } catch (error) {
    throw new SessionFault('malformed', 'the padding is wrong', error);
  }
}

function isBody(element: Element): boolean {
  return is(element, 'body', NS_CLIENT);
}

/** XEP-0420 #rules: what is no valid XML is refused. The same bounds hold as for a stanza. */
function parse(bytes: Uint8Array): Element | undefined {
  try {
    return parseStanza(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new SessionFault('malformed', 'the envelope is no UTF-8', error);
  }
}

function expand(key: Uint8Array): { cipherKey: Uint8Array; macKey: Uint8Array; iv: Uint8Array } {
  const bytes = new Uint8Array(hkdfSync('sha256', key, new Uint8Array(KEY), 'OMEMO Payload', 80));
  return { cipherKey: bytes.subarray(0, 32), macKey: bytes.subarray(32, 64), iv: bytes.subarray(64) };
}

function codeOf(macKey: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return createHmac('sha256', macKey).update(ciphertext).digest().subarray(0, CODE);
}
