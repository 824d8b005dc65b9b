/** The life of a call as a table: what is said at which moment, what becomes of it, and what is done then. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { beAsked, begin, step } from '../../electron/engine/call-machine.ts';
import type { Action, CallState, Happening, Stage, Step } from '../../electron/engine/call-state.ts';
import type { Initiation } from '../../electron/xmpp/xep/xep0353.ts';
import { readFullJid, type FullJid } from '../../shared/jid.ts';
import { jid } from '../omemo/people.ts';

const BOB = jid('bob@b.test');
const full = (text: string): FullJid => readFullJid(text) ?? (text as FullJid);
const PHONE = full('bob@b.test/phone');
const TABLET = full('bob@b.test/tablet');
const MALLORY = full('mallory@evil.example/x');

const says = (kind: Initiation['kind'], more: Partial<Initiation> = {}, from = PHONE): Happening => ({
  kind: 'told',
  by: 'they',
  from,
  said: { kind, sid: 'm', ...more },
});
const elsewhere = (kind: Initiation['kind']): Happening => ({
  kind: 'told',
  by: 'our-other-device',
  from: full('alice@a.test/tablet'),
  said: { kind, sid: 'm' },
});
const DESCRIBED: Happening = { kind: 'described' };
const ANSWERED: Happening = { kind: 'answered' };
const HUNG_UP: Happening = { kind: 'hung-up' };
const EXPIRED: Happening = { kind: 'expired' };
const CONNECTED: Happening = { kind: 'connected' };
const INITIATED: Happening = { kind: 'initiated', from: PHONE };
const ACCEPTED: Happening = { kind: 'session-accepted' };

const ours = (): Step => begin('m', BOB, ['audio']);
const direct = (): Step => begin('m', BOB, ['audio'], PHONE);
const theirs = (mayRing = true): Step => beAsked('m', PHONE, { isDirect: false, mayRing });
const theirsDirectly = (): Step => beAsked('m', PHONE, { isDirect: true, mayRing: true });

/** What was done, in a few words. */
const word = (action: Action): string => {
  if (action.do === 'tell' || action.do === 'tell-ours')
    return `${action.said.kind} ${action.do === 'tell' ? action.to : 'ours'}${action.said.reason === undefined ? '' : ` ${action.said.reason}`}`;
  if (action.do === 'terminate') return `terminate ${action.reason}`;
  return action.do === 'signal' ? action.signal.kind : action.do;
};

function run(first: Step, happenings: readonly Happening[]): { state: CallState; done: string[] } {
  let { state } = first;
  const done = first.actions.map(word);
  for (const each of happenings) {
    const next = step(state, each);
    state = next.state;
    done.push(...next.actions.map(word));
  }
  return { state, done };
}

const OURS_ON = [says('ringing'), says('proceed'), DESCRIBED, ACCEPTED, CONNECTED];
const THEIRS_ON = [ANSWERED, INITIATED, DESCRIBED, CONNECTED];

test.each<[string, Step, Happening[], Stage, string | undefined, string[]]>([
  ['asks', ours(), [], 'proposed', undefined, ['propose all']],
  ['is taken', ours(), OURS_ON, 'active', undefined, ['propose all', 'describe', 'initiate', 'show-answer']],
  ['is not taken in time', ours(), [EXPIRED], 'ended', 'no-answer', ['propose all', 'retract all cancel']],
  [
    'is taken back',
    ours(),
    [says('ringing'), HUNG_UP],
    'ended',
    'no-answer',
    ['propose all', 'retract all cancel'],
  ],
  ['is declined', ours(), [says('reject')], 'ended', 'declined', ['propose all']],
  ['finds them busy', ours(), [says('reject', { reason: 'busy' })], 'ended', 'busy', ['propose all']],
  [
    'is taken late',
    ours(),
    [EXPIRED, says('proceed'), says('proceed')],
    'ended',
    'no-answer',
    ['propose all', 'retract all cancel', 'retract all cancel'],
  ],
  [
    'is not begun in time',
    ours(),
    [says('proceed'), EXPIRED],
    'ended',
    'lost',
    ['propose all', 'describe', 'finish device expired'],
  ],
  [
    'is taken by two devices',
    ours(),
    [says('proceed'), says('proceed', {}, TABLET)],
    'accepted',
    undefined,
    ['propose all', 'describe'],
  ],
  [
    'wins a tie',
    ours(),
    [says('propose', { sid: 'z' })],
    'proposed',
    undefined,
    ['propose all', 'reject all expired'],
  ],
  [
    'loses a tie',
    ours(),
    [says('propose', { sid: 'a' })],
    'accepted',
    undefined,
    ['propose all', 'retract all expired', 'accept ours', 'proceed device'],
  ],
  [
    'ends after it was on',
    ours(),
    [...OURS_ON, HUNG_UP],
    'ended',
    'hung-up',
    ['propose all', 'describe', 'initiate', 'show-answer', 'terminate success', 'finish device success'],
  ],
  [
    'is ended by them',
    ours(),
    [...OURS_ON, { kind: 'terminated', reason: 'success' }],
    'ended',
    'hung-up',
    ['propose all', 'describe', 'initiate', 'show-answer', 'finish device success'],
  ],
  [
    'finds no way',
    ours(),
    [...OURS_ON.slice(0, 4), EXPIRED],
    'ended',
    'failed',
    [
      'propose all',
      'describe',
      'initiate',
      'show-answer',
      'terminate connectivity-error',
      'finish device connectivity-error',
    ],
  ],
  [
    'is direct',
    direct(),
    [DESCRIBED, { kind: 'rings' }, ACCEPTED],
    'connecting',
    undefined,
    ['describe', 'initiate', 'show-answer'],
  ],
  [
    'is direct and refused',
    direct(),
    [DESCRIBED, { kind: 'terminated', reason: 'decline' }],
    'ended',
    'declined',
    ['describe', 'initiate'],
  ],
  [
    'is direct and given up',
    direct(),
    [DESCRIBED, HUNG_UP],
    'ended',
    'no-answer',
    ['describe', 'initiate', 'terminate cancel'],
  ],
])('a call of ours %s', (_, first, happenings, stage, end, done) => {
  const result = run(first, happenings);
  expect([result.state.stage, result.state.end, result.done]).toEqual([stage, end, done]);
});

test.each<[string, Step, Happening[], Stage, string | undefined, string[]]>([
  ['rings', theirs(), [], 'incoming', undefined, ['ringing device']],
  ['rings for us alone', theirs(false), [], 'incoming', undefined, []],
  [
    'is taken',
    theirs(),
    THEIRS_ON,
    'active',
    undefined,
    ['ringing device', 'accept ours', 'proceed device', 'show-offer', 'accept'],
  ],
  ['is declined', theirs(), [HUNG_UP], 'ended', 'declined', ['ringing device', 'reject device decline']],
  ['meets another one', theirs(false), [{ kind: 'engaged' }], 'ended', 'busy', ['reject device busy']],
  ['is given up', theirs(), [says('retract')], 'ended', 'missed', ['ringing device']],
  [
    'is given up while it is taken',
    theirs(),
    [ANSWERED, says('retract')],
    'ended',
    'hung-up',
    ['ringing device', 'accept ours', 'proceed device'],
  ],
  ['rings too long', theirs(), [EXPIRED], 'ended', 'missed', ['ringing device']],
  ['is taken elsewhere', theirs(), [elsewhere('proceed')], 'ended', 'elsewhere', ['ringing device']],
  [
    'is taken here, whatever is said elsewhere',
    theirs(),
    [ANSWERED, elsewhere('accept')],
    'accepted',
    undefined,
    ['ringing device', 'accept ours', 'proceed device'],
  ],
  [
    'does not begin',
    theirs(),
    [ANSWERED, EXPIRED],
    'ended',
    'lost',
    ['ringing device', 'accept ours', 'proceed device', 'finish device expired'],
  ],
  ['begins before it is taken', theirs(), [INITIATED], 'incoming', undefined, ['ringing device']],
  [
    'is begun by another device',
    theirs(),
    [ANSWERED, { kind: 'initiated', from: TABLET }],
    'accepted',
    undefined,
    ['ringing device', 'accept ours', 'proceed device'],
  ],
  [
    'is direct and taken',
    theirsDirectly(),
    [ANSWERED, DESCRIBED],
    'connecting',
    undefined,
    ['say-ringing', 'show-offer', 'accept'],
  ],
  [
    'is direct and declined',
    theirsDirectly(),
    [HUNG_UP],
    'ended',
    'declined',
    ['say-ringing', 'terminate decline'],
  ],
  [
    'is direct and given up',
    theirsDirectly(),
    [{ kind: 'terminated', reason: 'cancel' }],
    'ended',
    'missed',
    ['say-ringing'],
  ],
  [
    'is not safe',
    theirs(),
    [ANSWERED, INITIATED, { kind: 'failed', end: 'insecure', reason: 'security-error' }],
    'ended',
    'insecure',
    [
      'ringing device',
      'accept ours',
      'proceed device',
      'show-offer',
      'terminate security-error',
      'finish device expired',
    ],
  ],
  [
    'is said to be over in a message',
    theirs(),
    [...THEIRS_ON, says('finish')],
    'ended',
    'hung-up',
    ['ringing device', 'accept ours', 'proceed device', 'show-offer', 'accept', 'finish device success'],
  ],
])('a call of theirs %s', (_, first, happenings, stage, end, done) => {
  const result = run(first, happenings);
  expect([result.state.stage, result.state.end, result.done]).toEqual([stage, end, done]);
});

describe('whatever happens', () => {
  const anyKind = fc.constantFrom<Initiation['kind']>(
    'propose',
    'ringing',
    'proceed',
    'accept',
    'reject',
    'retract',
    'finish',
  );
  const anySaying = fc
    .tuple(anyKind, fc.constantFrom('a', 'm', 'z'), fc.constantFrom(PHONE, TABLET))
    .map(([kind, sid, from]) => says(kind, { sid }, from));
  const others = [
    DESCRIBED,
    ANSWERED,
    HUNG_UP,
    EXPIRED,
    CONNECTED,
    INITIATED,
    ACCEPTED,
    { kind: 'rings' },
    { kind: 'engaged' },
  ] as const;
  const anything = fc.oneof(
    anySaying,
    fc.constantFrom<Happening>(
      ...others,
      elsewhere('accept'),
      { kind: 'terminated', reason: 'success' },
      { kind: 'failed', end: 'failed', reason: 'general-error' },
    ),
  );
  const begins = fc.constantFrom(ours, direct, theirs, theirsDirectly).map((make) => make());

  it('what is over stays over, and says nothing but once to whoever comes late', () => {
    fc.assert(
      fc.property(
        begins,
        fc.array(anything, { maxLength: 12 }),
        fc.array(anything, { maxLength: 6 }),
        (first, before, after) => {
          const { state } = run(first, [...before, HUNG_UP]);
          const { state: later, done } = run({ state, actions: [] }, after);
          expect([later.stage, later.end]).toEqual(['ended', state.end]);
          expect(done.length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('a stranger changes nothing', () => {
    fc.assert(
      fc.property(begins, fc.array(anything, { maxLength: 8 }), anyKind, (first, before, kind) => {
        const { state } = run(first, before);
        expect(step(state, says(kind, {}, MALLORY))).toEqual({ state, actions: [] });
        expect(step(state, { kind: 'initiated', from: MALLORY })).toEqual({ state, actions: [] });
      }),
    );
  });

  it('the page is shown an offer only after somebody here said yes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(theirs, theirsDirectly),
        fc.array(anything, { maxLength: 12 }),
        (make, happenings) => {
          const unwanted = happenings.filter(({ kind }) => kind !== 'answered');
          expect(run(make(), unwanted).done).not.toContain('show-offer');
        },
      ),
    );
  });
});
