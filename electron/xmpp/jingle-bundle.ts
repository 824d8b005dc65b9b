/**
 * Contents that share one transport (RFC 9143, told by XEP-0338). Some programs say it once, with one of them (Conversations
 * in a content-add, for one): here the others get it. Pure.
 */
import type { Group, IceTransport, MediaContent, SessionDescription } from './jingle.ts';

/** The group within which a content shares its transport. */
export function bundleOf(description: SessionDescription, name: string): Group | undefined {
  return description.groups.find(
    ({ semantics, contents }) => semantics === 'BUNDLE' && contents.includes(name),
  );
}

/**
 * The same description, with credentials and fingerprint for each content whose group has them.
 * @param before what the same side said of its other contents
 */
export function withSharedTransports(
  description: SessionDescription,
  before?: SessionDescription,
): SessionDescription {
  const all = [...description.contents, ...(before?.contents ?? [])];
  return { ...description, contents: description.contents.map(completed) };

  function completed(content: MediaContent): MediaContent {
    const { transport, isRejected, name } = content;
    if (isRejected !== undefined || transport?.credentials !== undefined) return content;
    // One that names a key of its own does not share that of another.
    if (transport?.fingerprint !== undefined) return content;
    const shared = transportOf(all, bundleOf(description, name)?.contents ?? []);
    return shared === undefined
      ? content
      : { ...content, transport: { ...shared, candidates: transport?.candidates ?? [] } };
  }
}

function transportOf(contents: readonly MediaContent[], names: readonly string[]): IceTransport | undefined {
  const whole = contents.find(
    ({ name, transport }) =>
      names.includes(name) && transport?.credentials !== undefined && transport.fingerprint !== undefined,
  );
  return whole?.transport;
}
