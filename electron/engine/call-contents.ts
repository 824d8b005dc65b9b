/** Small words about the contents of a call: which are live, who sends in them, what they look like without the rest. Pure. */
import type { Candidate, Group, MediaContent, Role, Senders, SessionDescription } from '../xmpp/jingle.ts';

/** So many candidates of a medium are taken; more only cost us packets (H68). */
const MOST_CANDIDATES = 50;

export function isLive({ isRejected }: MediaContent): boolean {
  return isRejected === undefined;
}

export function liveNames({ contents }: SessionDescription): Set<string> {
  return new Set(contents.filter(isLive).map(({ name }) => name));
}

/** Without candidates: those leave when they may. */
export function bare(content: MediaContent): MediaContent {
  const { transport } = content;
  return transport === undefined ? content : { ...content, transport: { ...transport, candidates: [] } };
}

/** The place of a medium that is not there any more, or never was. */
export function placeholder({ name, creator, description }: MediaContent): MediaContent {
  return { name, creator, senders: 'none', ...(description && { description }), isRejected: true };
}

/** Whether a content is where it was (RFC 8445: a change of both words is a restart). */
export function sameCredentials(before: SessionDescription, { name, transport }: MediaContent): boolean {
  const was = before.contents.find((each) => each.name === name)?.transport?.credentials;
  const is = transport?.credentials;
  return was?.fragment === is?.fragment && was?.password === is?.password;
}

export function sends(senders: Senders, role: Role): boolean {
  return senders === 'both' || senders === role;
}

/** Who sends when one side asks for this: the other one begins nothing that it did not do before. */
export function meet(asked: Senders, before: Senders, asker: Role): Senders {
  const other = asker === 'initiator' ? 'responder' : 'initiator';
  const [asks, others] = [sends(asked, asker), sends(asked, other) && sends(before, other)];
  if (asks && others) return 'both';
  return asks ? asker : others ? other : 'none';
}

/** The content with more candidates, and those that are new in it. */
export function withCandidates(
  content: MediaContent,
  more: readonly Candidate[],
): { readonly content: MediaContent; readonly fresh: readonly Candidate[] } {
  const { transport } = content;
  if (transport === undefined) return { content, fresh: [] };
  const room = Math.max(0, MOST_CANDIDATES - transport.candidates.length);
  const fresh = more.slice(0, room);
  return {
    content: { ...content, transport: { ...transport, candidates: [...transport.candidates, ...fresh] } },
    fresh,
  };
}

/** What a removal or a refusal says of contents. */
export function onlyNames(contents: readonly MediaContent[]): SessionDescription {
  return { contents: contents.map(({ name, creator, senders }) => ({ name, creator, senders })), groups: [] };
}

/** What a restart of ICE says of them (XEP-0176 #protocol-restarts). */
export function onlyCredentials(said: SessionDescription): SessionDescription {
  const contents = said.contents
    .filter(isLive)
    .flatMap(({ name, creator, senders, transport }) =>
      transport === undefined
        ? []
        : [{ name, creator, senders, transport: { ...transport, candidates: [] } }],
    );
  return { contents, groups: [] };
}

/** Groups with what a later word adds: nothing leaves a bundle that is agreed (RFC 9143 §7.5.3, §8.2). */
export function joinGroups(before: readonly Group[], more: readonly Group[]): Group[] {
  const joined = before.map(({ semantics, contents }) => {
    const added = more.filter((group) => group.semantics === semantics).flatMap((group) => group.contents);
    return { semantics, contents: [...new Set([...contents, ...added])] };
  });
  return [
    ...joined,
    ...more.filter(({ semantics }) => !before.some((group) => group.semantics === semantics)),
  ];
}
