/** What holds for every codec: reading never throws, and the lists are complete. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMessage } from '../../electron/xmpp/message.ts';
import { features, ownInfo, xeps } from '../../electron/xmpp/xep/index.ts';
import * as xep0420 from '../../electron/xmpp/xep/xep0420.ts';
import * as presence from '../../electron/xmpp/xep/presence.ts';
import * as roster from '../../electron/xmpp/xep/roster.ts';
import * as xep0004 from '../../electron/xmpp/xep/xep0004.ts';
import * as xep0030 from '../../electron/xmpp/xep/xep0030.ts';
import * as xep0045 from '../../electron/xmpp/xep/xep0045.ts';
import * as roomAdmin from '../../electron/xmpp/xep/xep0045-admin.ts';
import * as roomInfo from '../../electron/xmpp/xep/xep0045-info.ts';
import * as roomInvite from '../../electron/xmpp/xep/xep0045-invite.ts';
import * as roomOwner from '../../electron/xmpp/xep/xep0045-owner.ts';
import * as roomVoice from '../../electron/xmpp/xep/xep0045-voice.ts';
import * as xep0047 from '../../electron/xmpp/xep/xep0047.ts';
import * as xep0048 from '../../electron/xmpp/xep/xep0048.ts';
import * as xep0049 from '../../electron/xmpp/xep/xep0049.ts';
import * as xep0050 from '../../electron/xmpp/xep/xep0050.ts';
import * as xep0054 from '../../electron/xmpp/xep/xep0054.ts';
import * as xep0059 from '../../electron/xmpp/xep/xep0059.ts';
import * as xep0060 from '../../electron/xmpp/xep/xep0060.ts';
import * as xep0066 from '../../electron/xmpp/xep/xep0066.ts';
import * as xep0077 from '../../electron/xmpp/xep/xep0077.ts';
import * as xep0082 from '../../electron/xmpp/xep/xep0082.ts';
import * as xep0084 from '../../electron/xmpp/xep/xep0084.ts';
import * as xep0085 from '../../electron/xmpp/xep/xep0085.ts';
import * as xep0092 from '../../electron/xmpp/xep/xep0092.ts';
import * as xep0103 from '../../electron/xmpp/xep/xep0103.ts';
import * as xep0115 from '../../electron/xmpp/xep/xep0115.ts';
import * as xep0153 from '../../electron/xmpp/xep/xep0153.ts';
import * as xep0156 from '../../electron/xmpp/xep/xep0156.ts';
import * as xep0157 from '../../electron/xmpp/xep/xep0157.ts';
import * as xep0158 from '../../electron/xmpp/xep/xep0158.ts';
import * as xep0163 from '../../electron/xmpp/xep/xep0163.ts';
import * as xep0166 from '../../electron/xmpp/xep/xep0166.ts';
import * as xep0167 from '../../electron/xmpp/xep/xep0167.ts';
import * as xep0172 from '../../electron/xmpp/xep/xep0172.ts';
import * as xep0176 from '../../electron/xmpp/xep/xep0176.ts';
import * as xep0177 from '../../electron/xmpp/xep/xep0177.ts';
import * as xep0181 from '../../electron/xmpp/xep/xep0181.ts';
import * as xep0184 from '../../electron/xmpp/xep/xep0184.ts';
import * as xep0191 from '../../electron/xmpp/xep/xep0191.ts';
import * as xep0199 from '../../electron/xmpp/xep/xep0199.ts';
import * as xep0202 from '../../electron/xmpp/xep/xep0202.ts';
import * as xep0203 from '../../electron/xmpp/xep/xep0203.ts';
import * as xep0215 from '../../electron/xmpp/xep/xep0215.ts';
import * as xep0221 from '../../electron/xmpp/xep/xep0221.ts';
import * as xep0227 from '../../electron/xmpp/xep/xep0227.ts';
import * as xep0231 from '../../electron/xmpp/xep/xep0231.ts';
import * as xep0234 from '../../electron/xmpp/xep/xep0234.ts';
import * as xep0249 from '../../electron/xmpp/xep/xep0249.ts';
import * as xep0261 from '../../electron/xmpp/xep/xep0261.ts';
import * as xep0264 from '../../electron/xmpp/xep/xep0264.ts';
import * as xep0280 from '../../electron/xmpp/xep/xep0280.ts';
import * as xep0283 from '../../electron/xmpp/xep/xep0283.ts';
import * as xep0292 from '../../electron/xmpp/xep/xep0292.ts';
import * as xep0293 from '../../electron/xmpp/xep/xep0293.ts';
import * as xep0294 from '../../electron/xmpp/xep/xep0294.ts';
import * as xep0297 from '../../electron/xmpp/xep/xep0297.ts';
import * as xep0300 from '../../electron/xmpp/xep/xep0300.ts';
import * as xep0308 from '../../electron/xmpp/xep/xep0308.ts';
import * as xep0313 from '../../electron/xmpp/xep/xep0313.ts';
import * as xep0317 from '../../electron/xmpp/xep/xep0317.ts';
import * as xep0319 from '../../electron/xmpp/xep/xep0319.ts';
import * as xep0320 from '../../electron/xmpp/xep/xep0320.ts';
import * as xep0333 from '../../electron/xmpp/xep/xep0333.ts';
import * as xep0334 from '../../electron/xmpp/xep/xep0334.ts';
import * as xep0338 from '../../electron/xmpp/xep/xep0338.ts';
import * as xep0339 from '../../electron/xmpp/xep/xep0339.ts';
import * as xep0352 from '../../electron/xmpp/xep/xep0352.ts';
import * as xep0353 from '../../electron/xmpp/xep/xep0353.ts';
import * as xep0358 from '../../electron/xmpp/xep/xep0358.ts';
import * as xep0359 from '../../electron/xmpp/xep/xep0359.ts';
import * as xep0363 from '../../electron/xmpp/xep/xep0363.ts';
import * as xep0372 from '../../electron/xmpp/xep/xep0372.ts';
import * as xep0377 from '../../electron/xmpp/xep/xep0377.ts';
import * as xep0379 from '../../electron/xmpp/xep/xep0379.ts';
import * as xep0380 from '../../electron/xmpp/xep/xep0380.ts';
import * as xep0382 from '../../electron/xmpp/xep/xep0382.ts';
import * as xep0384 from '../../electron/xmpp/xep/xep0384.ts';
import * as omemo2 from '../../electron/xmpp/xep/xep0384-2.ts';
import * as xep0386 from '../../electron/xmpp/xep/xep0386.ts';
import * as xep0388 from '../../electron/xmpp/xep/xep0388.ts';
import * as xep0390 from '../../electron/xmpp/xep/xep0390.ts';
import * as xep0393 from '../../electron/xmpp/xep/xep0393.ts';
import * as xep0398 from '../../electron/xmpp/xep/xep0398.ts';
import * as xep0401 from '../../electron/xmpp/xep/xep0401.ts';
import * as xep0402 from '../../electron/xmpp/xep/xep0402.ts';
import * as xep0410 from '../../electron/xmpp/xep/xep0410.ts';
import * as xep0411 from '../../electron/xmpp/xep/xep0411.ts';
import * as xep0421 from '../../electron/xmpp/xep/xep0421.ts';
import * as xep0424 from '../../electron/xmpp/xep/xep0424.ts';
import * as xep0425 from '../../electron/xmpp/xep/xep0425.ts';
import * as xep0428 from '../../electron/xmpp/xep/xep0428.ts';
import * as xep0433 from '../../electron/xmpp/xep/xep0433.ts';
import * as xep0434 from '../../electron/xmpp/xep/xep0434.ts';
import * as xep0437 from '../../electron/xmpp/xep/xep0437.ts';
import * as xep0441 from '../../electron/xmpp/xep/xep0441.ts';
import * as xep0444 from '../../electron/xmpp/xep/xep0444.ts';
import * as xep0445 from '../../electron/xmpp/xep/xep0445.ts';
import * as xep0446 from '../../electron/xmpp/xep/xep0446.ts';
import * as xep0447 from '../../electron/xmpp/xep/xep0447.ts';
import * as xep0448 from '../../electron/xmpp/xep/xep0448.ts';
import * as xep0450 from '../../electron/xmpp/xep/xep0450.ts';
import * as xep0454 from '../../electron/xmpp/xep/xep0454.ts';
import * as xep0455 from '../../electron/xmpp/xep/xep0455.ts';
import * as xep0461 from '../../electron/xmpp/xep/xep0461.ts';
import * as xep0469 from '../../electron/xmpp/xep/xep0469.ts';
import * as xep0478 from '../../electron/xmpp/xep/xep0478.ts';
import * as xep0484 from '../../electron/xmpp/xep/xep0484.ts';
import * as xep0486 from '../../electron/xmpp/xep/xep0486.ts';
import * as xep0490 from '../../electron/xmpp/xep/xep0490.ts';
import * as xep0492 from '../../electron/xmpp/xep/xep0492.ts';
import * as xep0502 from '../../electron/xmpp/xep/xep0502.ts';
import * as xep0507 from '../../electron/xmpp/xep/xep0507.ts';
import * as xep0513 from '../../electron/xmpp/xep/xep0513.ts';
import type { Element } from '../../electron/xmpp/xml.ts';
import { anyElement, bare } from '../support/xml.ts';

const FOLDER = new URL('../../electron/xmpp/xep/', import.meta.url);
const codecs: Readonly<Record<string, { readonly features: readonly string[] }>> = {
  presence,
  roster,
  xep0004,
  xep0030,
  xep0045,
  'xep0045-admin': roomAdmin,
  'xep0045-info': roomInfo,
  'xep0045-invite': roomInvite,
  'xep0045-owner': roomOwner,
  'xep0045-voice': roomVoice,
  xep0047,
  xep0048,
  xep0049,
  xep0050,
  xep0054,
  xep0059,
  xep0060,
  xep0066,
  xep0077,
  xep0082,
  xep0084,
  xep0085,
  xep0092,
  xep0103,
  xep0115,
  xep0153,
  xep0156,
  xep0157,
  xep0158,
  xep0163,
  xep0166,
  xep0167,
  xep0172,
  xep0176,
  xep0177,
  xep0181,
  xep0184,
  xep0191,
  xep0199,
  xep0202,
  xep0203,
  xep0215,
  xep0221,
  xep0227,
  xep0231,
  xep0234,
  xep0249,
  xep0261,
  xep0264,
  xep0280,
  xep0283,
  xep0292,
  xep0293,
  xep0294,
  xep0297,
  xep0300,
  xep0308,
  xep0313,
  xep0317,
  xep0319,
  xep0320,
  xep0333,
  xep0334,
  xep0338,
  xep0339,
  xep0352,
  xep0353,
  xep0358,
  xep0359,
  xep0363,
  xep0372,
  xep0377,
  xep0379,
  xep0380,
  xep0382,
  xep0384,
  'xep0384-2': omemo2,
  xep0386,
  xep0388,
  xep0390,
  xep0393,
  xep0398,
  xep0401,
  xep0402,
  xep0410,
  xep0411,
  xep0420,
  xep0421,
  xep0424,
  xep0425,
  xep0428,
  xep0433,
  xep0434,
  xep0437,
  xep0441,
  xep0444,
  xep0445,
  xep0446,
  xep0447,
  xep0448,
  xep0450,
  xep0454,
  xep0455,
  xep0461,
  xep0469,
  xep0478,
  xep0484,
  xep0486,
  xep0490,
  xep0492,
  xep0502,
  xep0507,
  xep0513,
};
/** Implemented elsewhere: addresses in shared/, authentication in auth/, stream management in the session, SRV and BOSH in the transport. */
const ELSEWHERE = ['0124', '0147', '0178', '0198', '0206', '0245', '0368', '0440', '0474', '0515'];

const readers: ((element: Element) => unknown)[] = [
  readMessage,
  presence.readPresence,
  roster.readRosterItem,
  roster.readRosterPush,
  xep0004.readForm,
  xep0004.formIn,
  xep0004.readFillable,
  xep0030.readInfo,
  xep0030.readItems,
  (element) => xep0030.answer.handle(element, { infoUnder: () => ownInfo }),
  (element) => xep0030.answerItems.handle(element),
  xep0045.readRoomUser,
  xep0045.readRoomItem,
  xep0045.readSubject,
  roomAdmin.readList,
  roomInvite.readInvite,
  roomInvite.readDecline,
  roomVoice.readVoiceRequest,
  xep0050.readCommand,
  xep0054.readCard,
  (element) => xep0054.readPhoto(element, 1_000),
  xep0084.readMetadata,
  (element) => xep0084.readData(element, 1_000),
  xep0153.photoIn,
  xep0172.readNick,
  xep0292.readCard,
  xep0059.readResultSet,
  xep0060.readEvent,
  xep0066.readOutOfBand,
  xep0077.readRegistration,
  xep0077.readWanted,
  xep0085.readChatState,
  xep0092.readSoftware,
  xep0115.readCapabilities,
  xep0115.capabilitiesIn,
  xep0115.verificationOf,
  (element) => xep0115.judge(element, { hash: 'sha-1', node: 'n', version: 'v' }),
  xep0156.read,
  xep0047.readInBand,
  xep0166.readJingle,
  xep0166.readReason,
  xep0167.readDescription,
  xep0167.readCallInfo,
  xep0176.readTransport,
  xep0177.readRawTransport,
  xep0181.readTone,
  xep0184.readReceipt,
  xep0184.readRequest,
  xep0191.read,
  xep0191.readPush,
  xep0202.readTime,
  xep0203.readDelay,
  xep0203.delayIn,
  xep0215.readServices,
  xep0221.readMedia,
  xep0227.readArchived,
  xep0231.readBits,
  xep0264.readThumbnails,
  xep0280.readCarbon,
  xep0283.readMoved,
  xep0283.readStatement,
  xep0280.isCarbon,
  xep0234.readDescription,
  xep0261.readTransport,
  xep0358.readPublication,
  xep0358.readStart,
  xep0293.readFeedback,
  xep0294.readExtensions,
  xep0297.readForwarded,
  xep0300.readHash,
  xep0313.readResult,
  xep0313.readFin,
  xep0320.readFingerprint,
  xep0334.readHints,
  xep0338.readGroup,
  xep0339.readSources,
  xep0339.readSourceGroups,
  xep0353.readInitiation,
  xep0359.readOriginId,
  xep0359.readStanzaIds,
  xep0377.read,
  xep0379.readToken,
  xep0380.readEncryptionHint,
  (element) => xep0380.hasOtherEncryption(element, [xep0384.NS]),
  xep0382.readSpoiler,
  xep0393.readUnstyled,
  xep0384.readEncrypted,
  xep0384.readDeviceList,
  xep0384.readBundle,
  omemo2.readEncrypted,
  omemo2.readDeviceList,
  omemo2.readBundle,
  omemo2.readOptOut,
  (element) =>
    xep0420.readEnvelope(element, { from: bare('a@a.test'), to: bare('b@b.test'), at: 0, required: [] }),
  xep0103.readUrlData,
  xep0363.readSlot,
  xep0428.readFallbacks,
  (element) => xep0428.readPassages(element, xep0461.NS),
  xep0461.readReply,
  xep0444.readReactions,
  xep0308.readReplace,
  xep0424.readRetraction,
  xep0434.readTrustMessage,
  xep0446.readMetadata,
  xep0447.readFiles,
  xep0447.readFileSharing,
  xep0448.readEncryptedSource,
  xep0441.read,
  xep0048.readStorage,
  xep0249.readDirectInvite,
  (element) => xep0402.readBookmark({ id: 'room@muc.a.test', payload: element }),
  xep0421.readOccupantId,
  xep0425.readModeration,
  (element) => xep0469.readPinned([element]),
  (element) => xep0492.readNotification([element]),
  xep0317.readHats,
  xep0319.readIdle,
  xep0319.idleIn,
  (element) => xep0372.readMentions(element, 10),
  xep0433.readChannels,
  xep0433.readRetryAfter,
  xep0437.readActivity,
  (element) => xep0513.readExplicitMentions(element, 10),
  xep0507.readCategories,
  xep0386.readOfferedFeatures,
  xep0388.readOffer,
  xep0388.readSuccess,
  xep0388.readTasks,
  xep0478.read,
  xep0484.readOfferedMechanisms,
  xep0484.readToken,
  xep0390.readHashSet,
  xep0390.hashSetIn,
  xep0390.hashSetOf,
];

test('reading any XML does not throw', () => {
  fc.assert(
    fc.property(anyElement, (element) => {
      for (const read of readers) read(element);
    }),
    { numRuns: 2_000 },
  );
});

test('every file is a listed extension, and every listed extension is a file', () => {
  const files = readdirSync(FOLDER).map((file) => file.replace(/\.ts$/, ''));
  expect(Object.keys(codecs).sort()).toEqual(
    files.filter((file) => !['index', 'self'].includes(file)).sort(),
  );
  const numbers = xeps.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort());
  const implemented = files.flatMap((file) => /^xep(\d{4})$/.exec(file)?.[1] ?? []);
  expect(numbers).toEqual([...implemented, ...ELSEWHERE].sort());
});

test('the header of each file names its extension as the list does', () => {
  for (const { number, title, version } of xeps.filter(({ number }) => !ELSEWHERE.includes(number))) {
    // Of an extension with two files, one for each of its protocols, the newer is listed.
    const files = readdirSync(FOLDER).filter((file) => file.startsWith(`xep${number}`));
    const headers = files.map((file) => readFileSync(new URL(file, FOLDER), 'utf8').slice(0, 300));
    expect(headers.join('\n')).toContain(`XEP-${number} ${title}, version ${version}`);
    for (const header of headers) expect(header).toMatch(/https:\/\/xmpp\.org\/extensions\//);
  }
});

test('we advertise what the codecs say, and nothing twice', () => {
  const union = new Set(Object.values(codecs).flatMap((codec) => codec.features));
  expect(features).toEqual([...union].sort());
  expect(ownInfo.features).toEqual(union);
});
