/**
 * XEP-0085 Chat State Notifications, version 2.1. https://xmpp.org/extensions/xep-0085.html
 * Whether the other side is writing.
 */
import { childElements, xml, type Element } from '../xml.ts';

export const NS = 'http://jabber.org/protocol/chatstates';
export const features = [NS];

export const chatStates = ['active', 'composing', 'paused', 'inactive', 'gone'] as const;
export type ChatState = (typeof chatStates)[number];

/** The state a message tells. #bizrules-syntax: at most one, so that two contradict each other and say nothing. */
export function readChatState(message: Element): ChatState | undefined {
  const found = childElements(message).filter((each) => each.ns === NS);
  const name = found.length === 1 ? found[0]?.name : undefined;
  return chatStates.find((state) => state === name);
}

export function writeChatState(state: ChatState): Element {
  return xml(state, NS);
}
