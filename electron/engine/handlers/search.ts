/** The calls about finding messages, as the contract lists them. */
import type { Handlers } from '../../../shared/answer.ts';
import type { search as calls } from '../../../shared/calls/search.ts';
import { findMessages } from '../search.ts';
import type { Household } from '../engine.ts';

export function searchHandlers(house: Household): Pick<Handlers, keyof typeof calls> {
  return { 'search.messages': (input) => findMessages(house.profile().database, input) };
}
