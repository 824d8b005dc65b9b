/** Two accounts with chats in which everything is that a chat can hold, hostile texts among it. */
import { insertAccount } from '../../electron/store/accounts.ts';
import { messageAdded, openChat, setDraft, setWasEncrypted } from '../../electron/store/chats.ts';
import { transaction, type Database } from '../../electron/store/database.ts';
import { enqueue } from '../../electron/store/outbox.ts';
import { putReactions } from '../../electron/store/reactions.ts';
import { insertMessage, type NewMessage } from '../../electron/store/messages.ts';
import type { BareJid } from '../../shared/jid.ts';
import { hostileTexts, juliet } from '../store/profile.ts';

export const markup = [
  '<script>alert(1)</script>',
  '</p></article></main><img src="https://evil.example/x.png" onerror="alert(1)">',
  '"><svg/onload=alert(1)>',
  `' onmouseover='alert(1)`,
  '&lt;b&gt; &amp; &#x3c;script&#x3e;',
  '<!-- --><![CDATA[ ]]></style><style>*{background:url(https://evil.example/)}</style>',
  'https://evil.example/?a=1&b=2 javascript:alert(1)',
  'line\r\nline\rline\u2028line',
  '\u0007\u001B[31m\u0085',
  '{{constructor.constructor("alert(1)")()}}',
];

export interface Said {
  readonly account: number;
  /** A chat with everything in it. */
  readonly chat: number;
}

export function sayEverything(database: Database): Said {
  return transaction(database, () => say(database));
}

function say(database: Database): Said {
  const account = insertAccount(database, juliet);
  const other = insertAccount(database, { ...juliet, address: 'benvolio@montague.example' as BareJid });
  const { chat } = openChat(database, account, 'romeo@montague.example', 1_000);
  let at = Date.UTC(2026, 0, 31, 22, 59);
  const add = (where: typeof chat, message: Partial<NewMessage>): number => {
    const row = insertMessage(database, {
      account: where.account,
      chat: where.id,
      isOutgoing: false,
      sender: where.address,
      text: 'Art thou not Juliet?',
      at: (at += 61_000),
      delivery: 'received',
      encryption: 'none',
      ...message,
    });
    messageAdded(database, where.id, row);
    return row.id;
  };
  for (const text of [...hostileTexts, ...markup]) add(chat, { text });
  add(chat, {
    text: '',
    call: { hasVideo: true, end: 'hung-up', seconds: 61 },
    callSid: 'c1',
    isSilent: true,
  });
  add(chat, { text: '', call: { hasVideo: false, end: 'missed' }, callSid: 'c2' });
  add(chat, {
    encryption: 'omemo',
    device: 7,
    trust: 'blind',
    originId: 'o1',
    archiveId: 'a1',
    isMarkable: true,
  });
  add(chat, { text: '', encryption: 'omemo', device: 7, unreadable: 'forged', stanzaId: 's1' });
  add(chat, { text: '> _ <', isUnstyled: true });
  add(chat, { text: 'They die.', spoiler: 'the end' });
  const mine = { isOutgoing: true, sender: juliet.address };
  const felt = add(chat, { ...mine, delivery: 'displayed', stanzaId: 's2', originId: 's2' });
  putReactions(database, {
    message: felt,
    sender: chat.address,
    emojis: ['👍', '❤️'],
    at: at + 1_000,
    encryption: 'omemo',
  });
  putReactions(database, {
    message: felt,
    sender: juliet.address,
    emojis: ['🎉'],
    at: at + 2_000,
    encryption: 'none',
  });
  add(chat, { ...mine, delivery: 'failed', failure: { code: 'gone', detail: '<moved>' } });
  enqueue(database, {
    account,
    chat: chat.id,
    message: add(chat, { ...mine, text: 'still here', delivery: 'queued' }),
  });
  setDraft(database, chat.id, 'half a "thought"');
  setWasEncrypted(database, chat.id);
  for (let index = 0; index < 450; index += 1) {
    add(openChat(database, other, 'mercutio@verona.example', 2_000).chat, { text: `dream ${String(index)}` });
  }
  return { account, chat: chat.id };
}
