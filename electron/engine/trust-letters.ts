/**
 * Sends what is to be told about a person's decisions: trust messages, encrypted for verified devices and for nobody else
 * (XEP-0434 #use-cases-encrypted-trust-message). They wait in the database until they can be encrypted, and from then on
 * in the outbox like everything that leaves.
 */
import type { BareJid } from '../../shared/jid.ts';
import { createOmemoNetwork } from '../omemo/devices.ts';
import { applyWrites, type Content, type KeySession } from '../omemo/omemo.ts';
import * as outbox from '../store/outbox.ts';
import { nextLetter, removeLetter, type TrustLetter } from '../store/trust-claims.ts';
import { writeMessage } from '../xmpp/message.ts';
import { parseStanza } from '../xmpp/transport/parser.ts';
import { NS as NS_OMEMO_2 } from '../xmpp/xep/xep0384-2.ts';
import { StanzaError, WireClosed } from '../xmpp/wire.ts';
import { serialize } from '../xmpp/xml.ts';
import type { Account } from './account.ts';

/** Accounts whose letters are being sent; true when more were written meanwhile. */
const running = new WeakMap<Account, boolean>();

/** Sends the letters of an account as far as that is possible now. Returns at once; safe to call at any time. */
export function sendLetters(account: Account): void {
  if (account.wire === undefined) return;
  const isRunning = running.has(account);
  running.set(account, isRunning);
  if (isRunning) return;
  sendAll(account)
    .catch((error: unknown) => {
      if (!(error instanceof WireClosed)) account.log('letters-wait', { error: String(error) });
    })
    .finally(() => {
      const hasMore = running.get(account) === true;
      running.delete(account);
      if (hasMore) sendLetters(account);
    });
}

async function sendAll(account: Account): Promise<void> {
  const { profile, id, omemo } = account;
  for (let after = 0; ;) {
    const letter = nextLetter(profile.database, id, after);
    if (letter === undefined || account.wire === undefined) return;
    after = letter.id;
    try {
      await omemo.prepareFor(letter.recipient as BareJid, createOmemoNetwork(account.wire));
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      continue; // it waits for the next time; the others need not
    }
    await omemo.exclusive((keys) => sealOne(account, keys, letter));
    account.outbox.flush();
  }
}

/** Puts a letter into the outbox, encrypted; or away, when none of those whom it is for could ever read it. */
async function sealOne(account: Account, keys: KeySession, letter: TrustLetter): Promise<void> {
  const { profile, id, clock } = account;
  const element = parseStanza(letter.message);
  const recipient = letter.recipient as BareJid;
  const audience: Content['audience'] = ({ address, device }, trust) =>
    address === recipient && trust === 'verified' && (letter.device ?? device) === device;
  const content = { elements: element === undefined ? [] : [element], audience };
  const sealed = await keys.encrypt(recipient, content, clock.now());
  if ('refused' in sealed && sealed.skipped.some(({ reason }) => reason === 'no-bundle')) return;
  profile.commit(() => {
    removeLetter(profile.database, letter.id);
    if ('refused' in sealed) return;
    applyWrites(profile.database, id, sealed.writes);
    const stanza = writeMessage({
      to: recipient,
      type: 'chat',
      id: profile.host.id(),
      encrypted: sealed.encrypted,
      encryptionHint: { namespace: NS_OMEMO_2 },
      storeHint: 'store',
    });
    outbox.enqueue(profile.database, { account: id, stanza: serialize(stanza) });
  });
}
