/**
 * XEP-0388 Extensible SASL Profile, version 1.0.4. https://xmpp.org/extensions/xep-0388.html
 * The elements of SASL2. What they are answered with is decided in auth/sasl2.ts.
 */
import { child, childElements, childText, is, textOf, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:sasl:2';
export const features = [];

/** What a server offers (#feature). */
export interface Offer {
  readonly mechanisms: readonly string[];
  /** What can be negotiated along with authentication. */
  readonly inline: Element;
}

/** Reads the offer among stream features; one without a mechanism is none. */
export function readOffer(element: Element): Offer | undefined {
  const offer = child(element, 'authentication', NS);
  if (offer === undefined) return undefined;
  const mechanisms = childElements(offer, 'mechanism', NS).map((each) => textOf(each).trim());
  const inline = child(offer, 'inline', NS) ?? xml('inline', NS);
  return mechanisms.length === 0 ? undefined : { mechanisms, inline };
}

export interface Authenticate {
  readonly mechanism: string;
  /** The initial response. */
  readonly initial: Buffer;
  /** UUID version 4 of this installation, for this account. */
  readonly agent: string;
  readonly software: string;
  readonly inline: readonly Element[];
}

/** Begins to authenticate (#initiation). The name of the device is nobody's business. */
export function writeAuthenticate({ mechanism, initial, agent, software, inline }: Authenticate): Element {
  return xml(
    'authenticate',
    NS,
    { mechanism },
    xml('initial-response', NS, {}, initial.toString('base64')),
    xml('user-agent', NS, { id: agent }, xml('software', NS, {}, software)),
    inline,
  );
}

/** Answers a challenge (#challenge). */
export function writeResponse(text: string): Element {
  return xml('response', NS, {}, Buffer.from(text).toString('base64'));
}

/** Ends the attempt (#sasl-profile, "Aborting"). */
export function writeAbort(): Element {
  return xml('abort', NS);
}

export interface Success {
  /** What the mechanism still has to say, in base64; `undefined` when there is none. */
  readonly data: string | undefined;
  /** The address that we are now: bare, or full when a resource is bound. */
  readonly identifier: string;
}

/** Reads a `<success/>` (#success). */
export function readSuccess(element: Element): Success | undefined {
  if (!is(element, 'success', NS)) return undefined;
  return {
    data: childText(element, 'additional-data'),
    identifier: (childText(element, 'authorization-identifier') ?? '').trim(),
  };
}

/** The tasks of a `<continue/>` (#continue): what the server wants beside the mechanism. */
export function readTasks(element: Element): string[] | undefined {
  if (!is(element, 'continue', NS)) return undefined;
  const tasks = child(element, 'tasks');
  return tasks === undefined ? [] : childElements(tasks, 'task', NS).map((each) => textOf(each).trim());
}
