/** Answers, corrections and retractions over real servers: encrypted and plain, live, on another device, and by the archive. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageRow } from '../../shared/contract.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import type { XmppServer } from '../support/server.ts';
import { makes } from '../support/servers.ts';

describe.each(makes)('%s', (_name, startServer) => {
  let server: XmppServer;
  const folders = ['alice', 'bob', 'later'].map((name) => temporaryFolder(`changes-${name}`));
  const engines: TestEngine[] = [];

  const start = async (index: number, name: string): Promise<TestEngine> => {
    const engine = await startTestEngine({ profile: folders[index]!.path, authority: server.authority });
    engines[index] = engine;
    await signIn(engine, server, name);
    return engine;
  };
  const rows = (who: TestEngine): MessageRow[] => [...who.messages.values()];
  const seen = (who: TestEngine, text: string): Promise<MessageRow> =>
    who.until(() => rows(who).find((each) => each.text === text), `the row of ${text}`);
  const told = ({ text, reply, retracted, encryption }: MessageRow) => ({
    text,
    quote: reply?.isRetracted === true ? 'gone' : reply?.text,
    isGone: retracted !== undefined,
    encryption,
  });

  beforeAll(async () => {
    server = await startServer({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
  });

  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    await server.stop();
    for (const folder of folders) folder.remove();
  });

  it('comes to the same on both sides, and on a device that reads it all later', async () => {
    const [alice, bob] = [await start(0, 'alice'), await start(1, 'bob')];
    for (const mode of ['omemo', 'none'] as const) {
      const chat = await openEncryptedChat(alice, 'bob@localhost');
      const back = await openEncryptedChat(bob, 'alice@localhost');
      if (mode === 'none') {
        await alice.call('chats.setEncryption', { chat, mode: 'off' });
        await bob.call('chats.setEncryption', { chat: back, mode: 'off' });
      }
      const say = async (text: string, reply?: number): Promise<MessageRow> => {
        const answering = reply === undefined ? {} : { reply };
        const { message } = await alice.call('messages.send', { chat, text, ...answering });
        await seen(bob, text);
        return alice.until(() => {
          const row = alice.messages.get(message);
          return row?.delivery === 'queued' ? undefined : row;
        }, 'it left');
      };
      const question = await say(`${mode} question`);
      const regret = await say(`${mode} regret`, question.id);
      const answer = await bob.call('messages.send', {
        chat: back,
        text: `${mode} answer`,
        reply: (await seen(bob, `${mode} regret`)).id,
      });
      expect((await seen(alice, `${mode} answer`)).reply).toMatchObject({ text: `${mode} regret` });
      await alice.call('messages.correct', { message: question.id, text: `${mode} better question` });
      await seen(bob, `${mode} better question`);
      await bob.until(
        () => rows(bob).some(({ reply }) => reply?.text === `${mode} better question`),
        'quoted anew',
      );
      await alice.call('messages.retract', { message: regret.id });
      await bob.until(() => bob.messages.get(answer.message)?.reply?.isRetracted, 'taken back');
      await alice.until(() => rows(alice).every(({ change }) => change === undefined), 'settled');
      const expected = [
        { text: `${mode} better question`, quote: undefined, isGone: false, encryption: mode },
        { text: '', quote: undefined, isGone: true, encryption: mode },
        { text: `${mode} answer`, quote: 'gone', isGone: false, encryption: mode },
      ];
      for (const [who, peer] of [[alice, 'bob@localhost'] as const, [bob, 'alice@localhost'] as const]) {
        expect((await who.history(peer)).slice(-3).map(told)).toEqual(expected);
      }
    }
    // What was encrypted is not for a device that is new; the rest is the same as where it was seen live.
    const later = await start(2, 'bob');
    await later.until(() => later.chatWith('alice@localhost')?.last?.text === 'none answer', 'the archive');
    const plain = (await later.history('alice@localhost')).filter(({ encryption }) => encryption === 'none');
    expect(plain.map(told)).toEqual((await bob.history('alice@localhost')).slice(-3).map(told));
  });
});
