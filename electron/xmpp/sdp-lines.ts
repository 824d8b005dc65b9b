/** SDP cut into its sections and their attributes (RFC 8866 §5). Owns the form; what the words mean is sdp-read.ts's. */

/** Characters; an offer of WebRTC with sound and pictures has some 10,000. */
const LONGEST = 256 * 1_024;
/** Far more than WebRTC writes of one kind; others are not looked at. */
const MOST_OF_A_KIND = 512;

/** What stands before the first m-line, or from one on until the next. */
export interface Section {
  /** After `m=`; empty for the session. */
  readonly header: string;
  /** After `b=`. */
  readonly bandwidth: readonly string[];
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

interface OpenSection extends Section {
  readonly bandwidth: string[];
  readonly attributes: Map<string, string[]>;
}

function open(header: string): OpenSection {
  return { header, bandwidth: [], attributes: new Map() };
}

/** The sections of a text; `undefined` when it is none of SDP or longer than anything sensible. */
export function splitSdp(text: string): { session: Section; media: readonly Section[] } | undefined {
  if (text.length > LONGEST) return undefined;
  const [first, ...lines] = text.split(/\r\n|\n/);
  if (first !== 'v=0') return undefined;
  const session = open('');
  const media: OpenSection[] = [];
  for (const line of lines) {
    const [kind, value] = [line.slice(0, 2), line.slice(2).trimEnd()];
    const section = media.at(-1) ?? session;
    if (kind === 'm=') media.push(open(value));
    else if (kind === 'b=') section.bandwidth.push(value);
    else if (kind === 'a=') addAttribute(section, value);
  }
  return { session, media };
}

function addAttribute({ attributes }: OpenSection, text: string): void {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const values = attributes.get(name);
  const value = colon < 0 ? '' : text.slice(colon + 1);
  if (values === undefined) attributes.set(name, [value]);
  else if (values.length < MOST_OF_A_KIND) values.push(value);
}

/** All values of an attribute in their order; `''` stands for one without. */
export function valuesOf(section: Section, attribute: string): readonly string[] {
  return section.attributes.get(attribute) ?? [];
}
