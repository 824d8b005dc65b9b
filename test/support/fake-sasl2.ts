/**
 * The server's side of SASL2, Bind 2, inline resumption and tokens (XEP-0388, 0386, 0198, 0484), for the fake server:
 * honest unless told otherwise, and written apart from the client's side so that one error does not hide another.
 */
import { createHmac } from 'node:crypto';
import { childElements, childText, type Element } from '../../electron/xmpp/xml.ts';
import { decode, features, type FakeSession, type LoginOptions } from './fake-server.ts';
import { bindingData, ScramServer } from './scram-server.ts';

const NS = 'urn:xmpp:sasl:2';

export interface Sasl2Options extends LoginOptions {
  /** Mechanisms for tokens. */
  readonly fast?: readonly string[];
  /** What Bind 2 would enable; `false` for no Bind 2. */
  readonly binds?: readonly string[] | false;
  /** Resumption inside authentication. */
  readonly resumes?: boolean;
  /** Tokens that are good, with their mechanism. */
  readonly tokens?: ReadonlyMap<string, string>;
  /** A token to hand out. */
  readonly issue?: string;
  /** When it expires. */
  readonly expiry?: string;
  /** The session to resume, with `h`; any other is lost. */
  readonly session?: { readonly id: string; readonly h: number };
  /** Changes `<success/>`, the last thing said. */
  readonly success2?: (honest: string) => string;
  readonly jid?: string;
}

export interface Asked {
  readonly element: Element;
  /** The parts of `<authenticate/>` by name, as text. */
  readonly parts: readonly string[];
  /** True when the client was resumed. */
  readonly isResumed: boolean;
}

/** The stream feature. */
export function sasl2Feature(options: Sasl2Options = {}): string {
  const {
    mechanisms = ['SCRAM-SHA-256'],
    fast = [],
    binds = ['urn:xmpp:sm:3', 'urn:xmpp:carbons:2'],
  } = options;
  const named = (names: readonly string[]): string =>
    names.map((name) => `<mechanism>${name}</mechanism>`).join('');
  const inline = [
    binds === false
      ? ''
      : `<bind xmlns='urn:xmpp:bind:0'><inline>${binds.map((name) => `<feature var='${name}'/>`).join('')}</inline></bind>`,
    options.resumes === false ? '' : "<sm xmlns='urn:xmpp:sm:3'/>",
    fast.length === 0 ? '' : `<fast xmlns='urn:xmpp:fast:0'>${named(fast)}</fast>`,
  ];
  const bindings = options.bindings === undefined ? '' : features.bindings(options.bindings);
  return `<authentication xmlns='${NS}'>${named(mechanisms)}<inline>${inline.join('')}</inline></authentication>${bindings}`;
}

/** From a secured connection to the end of authentication. @returns what the client asked for */
export async function serveSasl2(session: FakeSession, options: Sasl2Options = {}): Promise<Asked> {
  await session.offer(sasl2Feature(options));
  return await answerAuthenticate(session, options);
}

/** Answers `<authenticate/>`, which has to be next. */
export async function answerAuthenticate(session: FakeSession, options: Sasl2Options = {}): Promise<Asked> {
  const element = await session.next('authenticate');
  const parts = childElements(element).map(({ name }) => name);
  const mechanism = element.attrs['mechanism'] ?? '';
  const initial = Buffer.from(childText(element, 'initial-response') ?? '', 'base64');
  const data = mechanism.startsWith('HT-')
    ? checkToken(session, mechanism, initial, options)
    : await exchange(session, mechanism, initial, options);
  if (data === undefined) {
    session.send(sasl2Failure('not-authorized'));
    return await answerAuthenticate(session, options);
  }
  const { text, isResumed } = successOf(session, element, data, options);
  session.send(options.success2?.(text) ?? text);
  if (!isResumed) session.send(`<stream:features>${features.bind}${features.sm}</stream:features>`);
  return { element, parts, isResumed };
}

export function sasl2Failure(condition: string, text?: string): string {
  return `<failure xmlns='${NS}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>${text === undefined ? '' : `<text>${text}</text>`}</failure>`;
}

function checkToken(
  { tls }: FakeSession,
  mechanism: string,
  initial: Buffer,
  { tokens = new Map(), username = 'alice', bindingData: believed = bindingData }: Sasl2Options,
): Buffer | undefined {
  const [, digits = '', suffix = ''] = /^HT-SHA-(\d+)-(\w+)$/.exec(mechanism) ?? [];
  const types: Record<string, string> = {
    EXPR: 'tls-exporter',
    ENDP: 'tls-server-end-point',
    UNIQ: 'tls-unique',
  };
  const type = types[suffix];
  const bound = type === undefined ? Buffer.alloc(0) : (believed(type, tls) ?? Buffer.alloc(0));
  const at = initial.indexOf(0);
  if (initial.subarray(0, at).toString() !== username) return undefined;
  for (const [secret, boundTo] of tokens) {
    const mac = (side: string): Buffer =>
      createHmac(`sha${digits}`, secret)
        .update(Buffer.concat([Buffer.from(side), bound]))
        .digest();
    if (boundTo === mechanism && mac('Initiator').equals(initial.subarray(at + 1))) return mac('Responder');
  }
  return undefined;
}

async function exchange(
  session: FakeSession,
  mechanism: string,
  initial: Buffer,
  options: Sasl2Options,
): Promise<Buffer> {
  const { password = 'secret', username = 'alice' } = options;
  if (mechanism === 'EXTERNAL') return Buffer.alloc(0);
  if (mechanism === 'PLAIN') {
    if (initial.toString() !== `\0${username}\0${password}`) throw new Error('wrong PLAIN');
    return Buffer.alloc(0);
  }
  const scram = new ScramServer(mechanism, password, session.tls, options);
  const challenge = Buffer.from(scram.challenge(initial.toString())).toString('base64');
  session.send(`<challenge xmlns='${NS}'>${challenge}</challenge>`);
  const response = await session.next('response');
  return Buffer.from(scram.finish(decode(response)) ?? '');
}

function successOf(
  session: FakeSession,
  asked: Element,
  data: Buffer,
  options: Sasl2Options,
): { text: string; isResumed: boolean } {
  const resume = childElements(asked, 'resume')[0];
  const bind = options.binds === false ? undefined : childElements(asked, 'bind')[0];
  const isResumed = resume !== undefined && resume.attrs['previd'] === options.session?.id;
  const bare = `${options.username ?? 'alice'}@${session.domain}`;
  const jid = options.jid ?? (bind === undefined || isResumed ? bare : `${bare}/Waxwing~server`);
  const enable = bind && childElements(bind, 'enable', 'urn:xmpp:sm:3')[0];
  const parts = [
    data.length === 0 ? '' : `<additional-data>${data.toString('base64')}</additional-data>`,
    `<authorization-identifier>${jid}</authorization-identifier>`,
    isResumed
      ? `<resumed xmlns='urn:xmpp:sm:3' previd='${resume.attrs['previd'] ?? ''}' h='${String(options.session?.h ?? 0)}'/>`
      : '',
    resume !== undefined && !isResumed
      ? "<failed xmlns='urn:xmpp:sm:3' h='3'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>"
      : '',
    bind === undefined || isResumed
      ? ''
      : `<bound xmlns='urn:xmpp:bind:0'>${enable === undefined ? '' : "<enabled xmlns='urn:xmpp:sm:3' id='session-2' resume='true'/>"}</bound>`,
    options.issue === undefined
      ? ''
      : `<token xmlns='urn:xmpp:fast:0' token='${options.issue}' expiry='${options.expiry ?? '2099-01-01T00:00:00Z'}'/>`,
  ];
  return { text: `<success xmlns='${NS}'>${parts.join('')}</success>`, isResumed };
}
