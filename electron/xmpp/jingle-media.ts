/**
 * The contents of a Jingle session as the media of a call, both ways: puts together what XEP-0167, 0176 and 0338 read. It
 * judges nothing; whether what was said suffices and is safe is asked of jingle-protection.ts.
 */
import type { MediaContent, SessionDescription } from './jingle.ts';
import { LIMITS, readSome, readToken } from './jingle-grammar.ts';
import type { Content, Jingle } from './xep/xep0166.ts';
import { readDescription, writeDescription } from './xep/xep0167.ts';
import { readTransport, writeTransport } from './xep/xep0176.ts';
import { readGroup, writeGroup } from './xep/xep0338.ts';

/**
 * The media that a Jingle message speaks of, with what it says of each.
 * @returns `undefined` where a name is no token (it is a `mid` in SDP), or two contents have one name
 */
export function readSessionDescription(
  jingle: Pick<Jingle, 'contents' | 'payloads'>,
): SessionDescription | undefined {
  const contents = jingle.contents.map(readMediaContent).filter((each) => each !== undefined);
  const names = new Set(contents.map(({ name }) => name));
  if (names.size < jingle.contents.length) return undefined;
  const groups = readSome(jingle.payloads, LIMITS.groups, (element) => {
    const group = readGroup(element);
    const known = group?.contents.filter((name) => names.has(name)) ?? [];
    return group === undefined || known.length === 0 ? undefined : { ...group, contents: known };
  });
  return { contents, groups };
}

function readMediaContent(content: Content): MediaContent | undefined {
  const name = readToken(content.name);
  if (name === undefined) return undefined;
  const description = content.description && readDescription(content.description);
  const transport = content.transport && readTransport(content.transport);
  return {
    name,
    creator: content.creator,
    senders: content.senders,
    ...(description && { description }),
    ...(transport && { transport }),
  };
}

/** What goes into a Jingle message: the contents (those that were rejected are left out) and the groups. */
export function writeSessionDescription(
  description: SessionDescription,
): Pick<Jingle, 'contents' | 'payloads'> {
  const contents = description.contents.filter(({ isRejected }) => isRejected === undefined);
  const names = new Set(contents.map(({ name }) => name));
  return {
    contents: contents.map(writeMediaContent),
    payloads: description.groups.flatMap((group) => {
      const known = group.contents.filter((name) => names.has(name));
      return known.length === 0 ? [] : [writeGroup({ ...group, contents: known })];
    }),
  };
}

function writeMediaContent({ name, creator, senders, description, transport }: MediaContent): Content {
  return {
    creator,
    name,
    senders,
    ...(description && { description: writeDescription(description) }),
    ...(transport && { transport: writeTransport(transport) }),
  };
}
