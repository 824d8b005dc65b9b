/**
 * What the two sides of a call have said of their media, and what each new word means for the other: SDP of our page
 * becomes parts of Jingle, and theirs become offers and answers for the page, which always speak of the whole (JSEP, RFC 8829).
 * It sends nothing and keeps no time; what it calls a problem ends a session or is refused by whoever asked.
 */
import type { CallSignal } from '../../shared/calls/calling.ts';
import type { Candidate, MediaContent, Role, SessionDescription } from '../xmpp/jingle.ts';
import { withSharedTransports } from '../xmpp/jingle-bundle.ts';
import { protectionFault } from '../xmpp/jingle-protection.ts';
import { writeCandidateLine } from '../xmpp/sdp-candidate.ts';
import { readSdp } from '../xmpp/sdp-read.ts';
import { writeSdp } from '../xmpp/sdp-write.ts';
import type { Action } from '../xmpp/xep/xep0166.ts';
import {
  bare,
  isLive,
  joinGroups,
  liveNames,
  meet,
  onlyCredentials,
  onlyNames,
  placeholder,
  sameCredentials,
  withCandidates,
} from './call-contents.ts';

/** Why something is not taken: the first three end the session, the others are told to whoever asked. */
export type MediaProblem =
  | 'security-error'
  | 'unsupported-applications'
  | 'unsupported-transports'
  | 'out-of-order'
  | 'tie-break'
  | 'unknown-content';

/** A part of Jingle that has to leave. */
export interface Sending {
  readonly action: Action;
  readonly description: SessionDescription;
}

export interface Outcome {
  readonly signals: readonly CallSignal[];
  readonly sendings: readonly Sending[];
  readonly problem?: MediaProblem;
}

type Kind = 'session' | 'add' | 'restart' | 'quiet';

const NOTHING: Outcome = { signals: [], sendings: [] };
const DESCRIBE: CallSignal = { kind: 'describe', as: 'responder' };
const failed = (problem: MediaProblem): Outcome => ({ ...NOTHING, problem });

export class CallMedia {
  readonly #role: Role;
  readonly #other: Role;
  #local: SessionDescription | undefined;
  #remote: SessionDescription | undefined;
  /** What the page was told of the other side, so that it can be told candidates. */
  #isShown = false;
  /** An offer of ours that waits for their word, and one of theirs that waits for the page's. */
  #ours: { readonly kind: Kind; readonly said: SessionDescription } | undefined;
  #theirs: { readonly kind: Kind; readonly names: readonly string[] } | undefined;
  /** Who begins the DTLS handshake on their side: it stays for the whole session (RFC 8842 §5.3). */
  #setup: 'active' | 'passive' | undefined;
  /** What came before they had described themselves. */
  #early: SessionDescription[] = [];
  #version = 0;

  constructor(role: Role) {
    this.#role = role;
    this.#other = role === 'initiator' ? 'responder' : 'initiator';
  }

  /** What we have said first, for session-initiate or session-accept. */
  get local(): SessionDescription | undefined {
    return this.#local;
  }

  get remote(): SessionDescription | undefined {
    return this.#remote;
  }

  // ————— The page ——————————————————————————————————————————————————————————————————————————————————————————

  /**
   * Takes the page's own description.
   * @returns `first` for that which begins the session, which the caller sends; `undefined` for what is no description that
   * a secure call could have
   */
  describe(type: 'offer' | 'answer', sdp: string): Outcome | 'first' | undefined {
    const creatorOf = (name: string): Role | undefined =>
      [this.#local, this.#remote].flatMap((side) => side?.contents ?? []).find((each) => each.name === name)
        ?.creator ?? (this.#local === undefined && this.#remote === undefined ? 'initiator' : this.#role);
    const read = readSdp(sdp, this.#role, creatorOf);
    if (read === undefined) return undefined;
    const said = withSharedTransports({ ...read, contents: read.contents.map(bare) });
    if (protectionFault(said, type, this.#local) !== undefined) return undefined;
    if (type === 'answer') return this.#answered(said);
    if (this.#role === 'initiator' && this.#remote === undefined) {
      if (this.#local !== undefined) return NOTHING;
      this.#local = said;
      return 'first';
    }
    return this.#offered(said);
  }

  /** The parts in which candidates of the page leave. */
  candidatesFor(mid: string, candidates: readonly Candidate[]): Sending | undefined {
    const content = (this.#ours?.said ?? this.#local)?.contents.find(({ name }) => name === mid);
    const credentials = content?.transport?.credentials;
    if (content === undefined || credentials === undefined || candidates.length === 0) return undefined;
    const { name, creator, senders } = content;
    const told = { name, creator, senders, transport: { credentials, candidates } };
    return { action: 'transport-info', description: { contents: [told], groups: [] } };
  }

  #answered(said: SessionDescription): Outcome | 'first' | undefined {
    const asked = this.#theirs;
    if (asked === undefined) return NOTHING; // an answer to what was taken back
    this.#theirs = undefined;
    this.#local = said;
    switch (asked.kind) {
      case 'session': {
        const setup = said.contents.find(isLive)?.transport?.fingerprint?.setup;
        this.#setup = setup === 'active' ? 'passive' : 'active';
        return 'first';
      }
      case 'restart':
        return {
          signals: [],
          sendings: [{ action: 'transport-info', description: onlyCredentials(said) }],
        };
      case 'add': {
        const contents = said.contents.filter(({ name }) => asked.names.includes(name));
        const [taken, refused] = [contents.filter(isLive), contents.filter((each) => !isLive(each))];
        const sendings: Sending[] = [];
        if (taken.length > 0)
          sendings.push({ action: 'content-accept', description: { contents: taken, groups: said.groups } });
        if (refused.length > 0) {
          sendings.push({ action: 'content-reject', description: onlyNames(refused) });
        }
        return { signals: [], sendings };
      }
      case 'quiet':
        return NOTHING;
    }
  }

  /** A new offer of the page in the middle of the call: what is new in it is said in Jingle's words. */
  #offered(said: SessionDescription): Outcome {
    const before = this.#local;
    // Theirs came first: the page takes it in the place of its own (RFC 8829 §4.1.8.2).
    if (before === undefined || this.#theirs !== undefined || this.#ours !== undefined) return NOTHING;
    const [was, is] = [liveNames(before), liveNames(said)];
    const added = said.contents.filter((each) => isLive(each) && !was.has(each.name));
    const sendings: Sending[] = [];
    const removed = before.contents.filter((each) => isLive(each) && !is.has(each.name));
    if (removed.length > 0) {
      sendings.push({ action: 'content-remove', description: onlyNames(removed) });
    }
    const turned = this.#turn(before, said);
    if (turned.length > 0)
      sendings.push({ action: 'content-modify', description: { contents: turned, groups: [] } });
    const isRestart = said.contents.some(
      (each) => was.has(each.name) && isLive(each) && !sameCredentials(before, each),
    );
    if (isRestart) sendings.push({ action: 'transport-info', description: onlyCredentials(said) });
    if (added.length > 0)
      sendings.push({ action: 'content-add', description: { contents: added, groups: said.groups } });
    this.#ours = { kind: added.length > 0 ? 'add' : isRestart ? 'restart' : 'quiet', said };
    // What needs no word of theirs is answered for them.
    return { signals: this.#ours.kind === 'quiet' ? this.#agree() : [], sendings };
  }

  /** Who sends from now on in the contents that both have. */
  #turn(before: SessionDescription, said: SessionDescription): MediaContent[] {
    return said.contents.flatMap((content) => {
      const earlier = before.contents.find(({ name }) => name === content.name);
      const theirs = this.#remote?.contents.find(({ name }) => name === content.name);
      if (
        earlier === undefined ||
        theirs === undefined ||
        !isLive(content) ||
        earlier.senders === content.senders
      )
        return [];
      const senders = meet(content.senders, theirs.senders, this.#role);
      if (senders === theirs.senders) return [];
      this.#update(content.name, (each) => ({ ...each, senders }));
      return [{ name: content.name, creator: content.creator, senders }];
    });
  }

  // ————— The other side ———————————————————————————————————————————————————————————————————————————————————

  /** Their first description, which is not shown to the page yet. */
  begin(said: SessionDescription, kind: 'offer' | 'answer'): MediaProblem | undefined {
    const spoken = said.contents.filter(({ description }) => description !== undefined);
    if (spoken.length === 0) return 'unsupported-applications';
    const contents = { ...said, contents: spoken };
    if (spoken.some(({ transport }) => transport === undefined)) return 'unsupported-transports';
    if (protectionFault(contents, kind) !== undefined) return 'security-error';
    if (kind === 'answer' && spoken.some(({ name }) => !this.#hasOffered(name))) return 'security-error';
    this.#remote = withSharedTransports(contents);
    const setup = this.#remote.contents[0]?.transport?.fingerprint?.setup;
    if (kind === 'answer') this.#setup = setup === 'active' ? 'active' : 'passive';
    else this.#theirs = { kind: 'session', names: [] };
    for (const early of this.#early.splice(0)) this.#learn(early);
    return undefined;
  }

  #hasOffered(name: string): boolean {
    return this.#local?.contents.some((each) => each.name === name) === true;
  }

  /** Shows their first description to the page. */
  show(): readonly CallSignal[] {
    if (this.#remote === undefined || this.#isShown) return [];
    this.#isShown = true;
    return this.#theirs?.kind === 'session'
      ? this.#offerSignals()
      : [this.#answerSignal(this.#local ?? this.#remote)];
  }

  /** What they say of contents later on. */
  take(action: Action, said: SessionDescription): Outcome {
    if (this.#remote === undefined) {
      if (action !== 'transport-info' || this.#early.length >= 50) return failed('out-of-order');
      this.#early.push(said);
      return NOTHING;
    }
    switch (action) {
      case 'transport-info':
        return this.#takeTransport(this.#remote, said);
      case 'content-add':
        return this.#takeAddition(this.#remote, said);
      case 'content-accept':
        return this.#takeAcceptance(this.#remote, said);
      case 'content-reject':
        return this.refused();
      case 'content-remove':
        return this.#takeChange(said, (each) => ({ ...each, isRejected: true }));
      case 'content-modify':
        return this.#takeChange(said, (each, { senders }) => ({ ...each, senders }));
      default:
        return NOTHING;
    }
  }

  /** They do not want what we offered last. */
  refused(): Outcome {
    if (this.#ours === undefined) return failed('out-of-order');
    this.#ours = undefined;
    return { signals: [{ kind: 'rollback' }], sendings: [] };
  }

  #takeTransport(remote: SessionDescription, said: SessionDescription): Outcome {
    if (protectionFault(said, 'info', remote) !== undefined) return failed('security-error');
    const known = said.contents.filter(({ name }) => remote.contents.some((each) => each.name === name));
    const isRestart = known.some(
      (each) => each.transport?.credentials !== undefined && !sameCredentials(remote, each),
    );
    if (!isRestart) return { signals: this.#learn({ ...said, contents: known }), sendings: [] };
    if (this.#theirs !== undefined || !this.#isShown) return failed('out-of-order');
    for (const { name, transport } of known)
      this.#update(name, (each) => ({
        ...each,
        transport: { ...each.transport, ...transport, candidates: transport?.candidates ?? [] },
      }));
    if (this.#ours?.kind === 'restart') return { signals: this.#agree(), sendings: [] };
    if (this.#ours !== undefined) return failed('out-of-order');
    this.#theirs = { kind: 'restart', names: [] };
    return { signals: this.#offerSignals(), sendings: [] };
  }

  #takeAddition(remote: SessionDescription, said: SessionDescription): Outcome {
    // XEP-0166 #tie-breaking: of two additions at once that of the initiator counts.
    if (this.#ours?.kind === 'add' && this.#role === 'initiator') return failed('tie-break');
    if (this.#theirs !== undefined || !this.#isShown) return failed('out-of-order');
    const isKnown = said.contents.some(({ name }) =>
      this.#local?.contents.some((each) => each.name === name),
    );
    if (isKnown || said.contents.length === 0) return failed('out-of-order');
    if (said.contents.some(({ description }) => description === undefined))
      return failed('unsupported-applications');
    const whole = withSharedTransports(said, remote);
    if (protectionFault(whole, 'offer', remote) !== undefined) return failed('security-error');
    this.#ours = undefined;
    const groups = joinGroups(remote.groups, said.groups);
    this.#remote = { contents: [...remote.contents, ...whole.contents], groups };
    this.#theirs = { kind: 'add', names: said.contents.map(({ name }) => name) };
    return { signals: this.#offerSignals(), sendings: [] };
  }

  #takeAcceptance(remote: SessionDescription, said: SessionDescription): Outcome {
    const asked = this.#ours?.kind === 'add' ? liveNames(this.#ours.said) : undefined;
    if (asked === undefined || said.contents.some(({ name }) => !asked.has(name)))
      return failed('out-of-order');
    const whole = withSharedTransports(said, remote);
    if (protectionFault(whole, 'offer', remote) !== undefined) return failed('security-error');
    const groups = joinGroups(remote.groups, said.groups);
    this.#remote = { contents: [...remote.contents, ...whole.contents], groups };
    return { signals: this.#agree(), sendings: [] };
  }

  #takeChange(
    said: SessionDescription,
    change: (content: MediaContent, to: MediaContent) => MediaContent,
  ): Outcome {
    if (this.#theirs !== undefined || this.#ours !== undefined || !this.#isShown)
      return failed('out-of-order');
    const known = said.contents.filter(({ name }) =>
      this.#remote?.contents.some((each) => each.name === name),
    );
    if (known.length < said.contents.length || known.length === 0) return failed('unknown-content');
    for (const to of known) this.#update(to.name, (each) => change(each, to));
    this.#theirs = { kind: 'quiet', names: [] };
    return { signals: this.#offerSignals(), sendings: [] };
  }

  /** Nothing is left to talk about. */
  get isEmpty(): boolean {
    return this.#remote !== undefined && !this.#remote.contents.some(isLive);
  }

  // ————— Words for the page ———————————————————————————————————————————————————————————————————————————————

  /** Adds their candidates, of which no medium has more than 50. */
  #learn(said: SessionDescription): CallSignal[] {
    return said.contents.flatMap(({ name, transport }): CallSignal[] => {
      const theirs = this.#remote?.contents.find((each) => each.name === name);
      if (theirs?.transport === undefined || transport === undefined) return [];
      const { content, fresh } = withCandidates(theirs, transport.candidates);
      this.#update(name, () => content);
      const fragment = theirs.transport.credentials?.fragment;
      return this.#isShown
        ? fresh.map((each) => ({
            kind: 'candidate',
            mid: name,
            candidate: writeCandidateLine(each, fragment),
          }))
        : [];
    });
  }

  /** Our last offer is in force, and answered with what they are by now. */
  #agree(): CallSignal[] {
    const said = this.#ours?.said;
    this.#ours = undefined;
    if (said === undefined) return [];
    this.#local = said;
    return [this.#answerSignal(said)];
  }

  #answerSignal(said: SessionDescription): CallSignal {
    const contents = said.contents.map((own) => {
      const theirs = this.#remote?.contents.find(({ name }) => name === own.name);
      return theirs === undefined || !isLive(theirs) || !isLive(own)
        ? placeholder(own)
        : this.#decided(theirs);
    });
    return this.#describing('answer', { contents, groups: this.#remote?.groups ?? [] });
  }

  /** The whole as they offer it, in the order of the lines that the page knows. */
  #offerSignals(): CallSignal[] {
    const known = this.#local?.contents ?? [];
    const theirs = this.#remote?.contents ?? [];
    const lines = known.map((own) => {
      const found = theirs.find(({ name }) => name === own.name);
      return found === undefined || !isLive(found) || !isLive(own) ? placeholder(own) : found;
    });
    const fresh = theirs.filter(({ name }) => !known.some((own) => own.name === name));
    const contents = [...lines, ...fresh];
    return [this.#describing('offer', { contents, groups: this.#remote?.groups ?? [] }), DESCRIBE];
  }

  #describing(type: 'offer' | 'answer', description: SessionDescription): CallSignal {
    this.#version += 1;
    return { kind: 'description', type, sdp: writeSdp(description, this.#other, this.#version) };
  }

  /** In an answer it is decided who begins. */
  #decided(content: MediaContent): MediaContent {
    const { transport } = content;
    if (transport?.fingerprint === undefined || this.#setup === undefined) return content;
    return {
      ...content,
      transport: { ...transport, fingerprint: { ...transport.fingerprint, setup: this.#setup } },
    };
  }

  #update(name: string, change: (content: MediaContent) => MediaContent): void {
    if (this.#remote === undefined) return;
    const contents = this.#remote.contents.map((each) => (each.name === name ? change(each) : each));
    this.#remote = { ...this.#remote, contents };
  }
}
