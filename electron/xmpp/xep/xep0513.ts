/**
 * XEP-0513 Explicit Mentions, version 0.1.0. https://xmpp.org/extensions/xep-0513.html
 * Mentions of occupants by their id and of whole groups, and what a room allows of them. Whether one disturbs is decided
 * by the engine, by what the sender is in the room (#permissions).
 */
import { readBareJid, type BareJid } from '../../../shared/jid.ts';
import { child, childElements, xml, type Element } from '../xml.ts';
import type { Info } from './xep0030.ts';
import { readRange, type Range } from './xep0372.ts';

export const NS = 'urn:xmpp:mentions:0';
/** #disco; of groups nothing is said or heard yet (#groups). */
export const features = [NS];

const FORM_INFO = 'http://jabber.org/protocol/muc#roominfo';
const MOST = 32;
/** In characters (XEP-0421 #id-generation). */
const LONGEST_OCCUPANT = 128;

/** Groups that consist of people in this room; spaces, servers and hats are not read. */
export const GROUPS = [
  'channel',
  'moderators',
  'participants',
  'visitors',
  'owner',
  'admin',
  'member',
  'none',
] as const;
export type Group = (typeof GROUPS)[number];

/** Whom it mentions, and how. */
export type ExplicitMention = (
  | { readonly kind: 'occupant'; readonly occupantId: string }
  | { readonly kind: 'person'; readonly address: BareJid }
  | { readonly kind: 'group'; readonly group: Group }
) & {
  readonly range?: Range;
  /** Only those who are there (#active). */
  readonly isForActive: boolean;
  /** Names somebody without calling them (#noping). */
  readonly isQuiet: boolean;
};

/**
 * The mentions beside a body, in the order given.
 * @param length of the body in code points: a part that is not within it is none
 */
export function readExplicitMentions(parent: Element, length: number): ExplicitMention[] {
  return childElements(parent, 'mention', NS)
    .slice(0, MOST)
    .flatMap((element) => {
      const target = readTarget(element);
      // A part of a translation is not a part of the body (#hreflang).
      const range = element.attrs['hreflang'] === undefined ? readRange(element.attrs, length) : undefined;
      if (target === undefined) return [];
      return [
        {
          ...target,
          ...(range !== undefined && { range }),
          isForActive: child(element, 'active') !== undefined,
          isQuiet: child(element, 'noping') !== undefined,
        },
      ];
    });
}

export function writeExplicitMention(mention: ExplicitMention): Element {
  return xml(
    'mention',
    NS,
    {
      ...mention.range,
      mentions: mention.kind === 'group' ? `${NS}#${mention.group}` : undefined,
      occupantid: mention.kind === 'occupant' ? mention.occupantId : undefined,
      jid: mention.kind === 'person' ? mention.address : undefined,
    },
    mention.isForActive && xml('active', NS),
    mention.isQuiet && xml('noping', NS),
  );
}

/** With `mentions` it is a group and no individual (#individual); a group of another room is none of ours (#channel). */
function readTarget({ attrs }: Element) {
  const { mentions, occupantid, jid, uri } = attrs;
  if (mentions !== undefined) {
    const group = GROUPS.find((each) => mentions === `${NS}#${each}`);
    return group === undefined || uri !== undefined ? undefined : ({ kind: 'group', group } as const);
  }
  if (occupantid !== undefined && occupantid !== '' && occupantid.length <= LONGEST_OCCUPANT) {
    return { kind: 'occupant', occupantId: occupantid } as const;
  }
  const address = readBareJid(jid ?? '');
  return address && ({ kind: 'person', address } as const);
}

const WHO = ['none', 'moderators', 'participants'] as const;

/** What a room lets be mentioned, and by whom; what it does not say is absent. */
export interface MentionRules {
  /** How many in one message; with more, none counts. */
  readonly count?: number;
  readonly individual?: (typeof WHO)[number];
  readonly channel?: (typeof WHO)[number];
  /** Groups by role or affiliation. */
  readonly associations?: (typeof WHO)[number];
}

/** Reads the rules from what the room says of itself (#permissions). */
export function readMentionRules({ forms }: Pick<Info, 'forms'>): MentionRules {
  const form = forms.find(({ formType }) => formType === FORM_INFO);
  const value = (name: string): string | undefined => form?.fields.get(`mentions#${name}`)?.[0];
  const who = (name: string): (typeof WHO)[number] | undefined => WHO.find((each) => each === value(name));
  const count = value('count');
  const [individual, channel, associations] = [who('individual'), who('channel'), who('associations')];
  return {
    ...(count !== undefined && /^\d{1,6}$/.test(count) && { count: Number(count) }),
    ...(individual !== undefined && { individual }),
    ...(channel !== undefined && { channel }),
    ...(associations !== undefined && { associations }),
  };
}
