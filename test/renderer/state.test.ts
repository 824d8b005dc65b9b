import { describe, expect, it } from 'vitest';
import { quoteOf } from '../../renderer/lib/replies.ts';
import type { Batch, Change, ChatRow, MessageRow } from '../../shared/contract.ts';
import { App } from '../../renderer/state/app.svelte.ts';
import { Refusing, ScriptedPort } from '../support/scripted-port.ts';
import { createWorld } from './world.ts';
import { must } from './must.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

/** Lets every pending promise run; the scripted port has no timers of its own here. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

async function started(): Promise<{ app: App; port: ScriptedPort }> {
  const port = new ScriptedPort(createWorld(NOW));
  const app = new App(port);
  app.start();
  await settled();
  return { app, port };
}

function rowsOf(app: App): unknown {
  return {
    profile: app.profile,
    accounts: app.accounts.all,
    contacts: app.contacts.all,
    requests: app.contacts.requests,
    chats: app.chats.all,
  };
}

const chatPut = (row: ChatRow): Change => ({ put: 'chat', row });

describe('the App', () => {
  it('opens the chat whose notification was clicked, and says so once', async () => {
    const { app, port } = await started();
    const chat = must(app.chats.all.at(-1)).id;
    port.announce({ put: 'wanted', chat });
    await settled();
    expect(app.chat?.id).toBe(chat);
    expect(port.asked.filter(({ name }) => name === 'app.dropIntent')).toHaveLength(1);
  });

  it('mirrors the snapshot', async () => {
    const { app, port } = await started();
    expect(app.profile.state).toBe('open');
    expect(app.accounts.all).toHaveLength(2);
    expect(app.chats.all.map((row) => row.id)).toEqual(
      port.world.chats.toSorted((a, b) => b.at - a.at).map((row) => row.id),
    );
    expect(app.chats.attention(Date.now())).toBe(6);
  });

  it('gives the same rows when a batch comes twice', async () => {
    const { app, port } = await started();
    const [chat] = port.world.chats;
    const batch: Batch = {
      sequence: 101,
      changes: [
        chatPut({ ...must(chat), draft: 'once' }),
        { put: 'no-contact', account: 1, address: 'rosaline@capulet.example' },
        { put: 'no-contact-request', account: 2, address: 'mallory@evil.example' },
      ],
    };
    port.emit(batch);
    const once = structuredClone(rowsOf(app));
    port.emit(batch);
    port.emit({ ...batch, sequence: 102 });
    expect(rowsOf(app)).toEqual(once);
    expect(app.chats.get(must(chat).id)?.draft).toBe('once');
  });

  it('ignores a batch older than its snapshot', async () => {
    const { app, port } = await started();
    const [chat] = port.world.chats;
    port.emit({
      sequence: 100,
      changes: [chatPut({ ...must(chat), draft: 'stale' }), { put: 'no-account', account: 1 }],
    });
    expect(app.chats.get(must(chat).id)?.draft).toBe('');
    expect(app.accounts.get(1)).toBeDefined();
  });

  it('loses nothing that is announced while the snapshot is on its way', async () => {
    const port = new ScriptedPort(createWorld(NOW));
    const [chat] = port.world.chats;
    port.answers['app.snapshot'] = () => {
      const early: Batch = {
        sequence: 100,
        changes: [chatPut({ ...must(chat), draft: 'in the snapshot already' })],
      };
      const late: Batch = { sequence: 101, changes: [chatPut({ ...must(chat), draft: 'newer' })] };
      port.emit(early);
      port.emit(late);
      return { sequence: 100, changes: [{ put: 'profile', row: { state: 'open' } }, chatPut(must(chat))] };
    };
    const app = new App(port);
    app.start();
    await settled();
    expect(app.chats.get(must(chat).id)?.draft).toBe('newer');
  });

  it('loads again when the profile was unlocked', async () => {
    const world = createWorld(NOW);
    world.profile = { state: 'locked', protection: 'passphrase' };
    const port = new ScriptedPort(world);
    const app = new App(port);
    app.start();
    await settled();
    expect(app.chats.all).toEqual([]);
    await app.call('profile.unlock', { secret: 'right' });
    await settled();
    expect(app.profile.state).toBe('open');
    expect(app.chats.all).toHaveLength(world.chats.length);
  });

  it('keeps a failure to load, and recovers', async () => {
    const port = new ScriptedPort(createWorld(NOW));
    port.answers['app.snapshot'] = () => {
      throw new Refusing('internal');
    };
    const app = new App(port);
    app.start();
    await settled();
    expect(app.isLoaded).toBe(false);
    expect(app.failure).toBeDefined();
    delete port.answers['app.snapshot'];
    await app.load();
    expect(app.isLoaded).toBe(true);
    expect(app.failure).toBeUndefined();
  });

  it('drops the chats and contacts of a removed account, and closes its chat', async () => {
    const { app, port } = await started();
    app.open(1);
    await settled();
    port.announce({ put: 'no-account', account: 1 });
    expect(app.chats.all.every((row) => row.account === 2)).toBe(true);
    expect(app.contacts.all.every((row) => row.account === 2)).toBe(true);
    expect(app.timeline).toBeUndefined();
    expect(app.navigation.main).toBe('nothing');
  });
});

describe('what is open', () => {
  it('is a chat as soon as its row comes, even when the reply was faster', async () => {
    const { app, port } = await started();
    app.open(77);
    expect(app.timeline).toBeUndefined();
    port.announce(chatPut({ ...must(port.world.chats[0]), id: 77, address: 'late@capulet.example' }));
    expect(app.timeline?.chat).toBe(77);
  });

  it('is the chat again after the settings, and nothing when there was none', async () => {
    const { app } = await started();
    app.navigation.showMain('settings');
    app.back();
    expect(app.navigation.main).toBe('nothing');
    app.open(1);
    app.navigation.showMain('settings');
    app.back();
    expect([app.navigation.main, app.timeline?.chat]).toEqual(['chat', 1]);
  });

  it('is not a chat that somebody turned away from before it came', async () => {
    const { app, port } = await started();
    app.open(77);
    app.close();
    port.announce(chatPut({ ...must(port.world.chats[0]), id: 77 }));
    expect(app.timeline).toBeUndefined();
  });
});

describe('the timeline', () => {
  const ids = (app: App): number[] => (app.timeline?.messages ?? []).map((row) => row.id);

  it('pages to the beginning without gaps or doubles, and stays within its limit', async () => {
    const { app, port } = await started();
    const all = port.world.messages.filter((row) => row.chat === 1).map((row) => row.id);
    app.open(1);
    await settled();
    expect(ids(app)).toEqual(all.slice(-60));
    while (must(app.timeline).hasOlder) {
      await must(app.timeline).loadOlder();
      await settled();
    }
    expect(ids(app)).toEqual(all);
  });

  it('drops the far side past its limit and finds it again', async () => {
    const { app, port } = await started();
    const template = must(port.world.messages[0]);
    for (let i = 1; i <= 900; i++) port.world.messages.push({ ...template, id: i });
    const all = port.world.messages
      .filter((row) => row.chat === 1)
      .map((row) => row.id)
      .sort((a, b) => a - b);
    app.open(1);
    await settled();
    const timeline = must(app.timeline);
    timeline.isFollowing = false;
    while (timeline.hasOlder) {
      await timeline.loadOlder();
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(ids(app)).toEqual(all.slice(0, 600));
    expect(timeline.hasNewer).toBe(true);
    while (timeline.hasNewer) {
      await timeline.loadNewer();
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(ids(app)).toEqual(all.slice(-600));
    expect(timeline.hasOlder).toBe(true);
  });

  it('drops nothing while it is moved, and at rest nothing near what is looked at', async () => {
    const { app, port } = await started();
    const template = must(port.world.messages[0]);
    for (let i = 1; i <= 1_200; i++) port.world.messages.push({ ...template, id: i });
    const all = port.world.messages
      .filter((row) => row.chat === 1)
      .map((row) => row.id)
      .sort((a, b) => a - b);
    app.open(1);
    await settled();
    const timeline = must(app.timeline);
    timeline.isFollowing = false;
    timeline.move();
    while (timeline.hasOlder) {
      await timeline.loadOlder();
      await settled();
    }
    expect(ids(app)).toEqual(all);
    timeline.rest(10);
    await settled();
    expect(ids(app)).toEqual(all.slice(0, 600));
    timeline.move();
    while (timeline.hasNewer) {
      await timeline.loadNewer();
      await settled();
    }
    const middle = Math.floor(all.length / 2) + 1;
    timeline.rest(middle);
    await settled();
    expect(ids(app)).toEqual(all.slice(middle - 300));
    expect([timeline.hasOlder, timeline.hasNewer]).toEqual([true, false]);
  });

  it('drops what is far all the same when it is moved without end', async () => {
    const { app, port } = await started();
    const template = must(port.world.messages[0]);
    for (let i = 1; i <= 2_400; i++) port.world.messages.push({ ...template, id: i });
    app.open(1);
    await settled();
    const timeline = must(app.timeline);
    timeline.isFollowing = false;
    timeline.move();
    let most = 0;
    while (timeline.hasOlder) {
      await timeline.loadOlder();
      await settled();
      most = Math.max(most, ids(app).length);
    }
    expect(most).toBeLessThanOrEqual(1_800);
    expect(timeline.hasNewer).toBe(true);
  });

  it('takes live messages once, replaces rows whole, and forgets dropped ones', async () => {
    const { app, port } = await started();
    app.open(1);
    await settled();
    const before = ids(app).length;
    port.receive(1, 'Good night');
    const newest = must(must(app.timeline).newest);
    expect(newest.text).toBe('Good night');
    port.announce({ put: 'message', row: newest });
    expect(ids(app)).toHaveLength(before + 1);
    port.announce({ put: 'message', row: { ...newest, text: 'Good night, good night' } });
    expect(must(must(app.timeline).newest).text).toBe('Good night, good night');
    port.announce({ put: 'no-message', chat: 1, message: newest.id });
    expect(ids(app)).toHaveLength(before);
  });

  it('ignores messages of other chats and those outside its window', async () => {
    const { app, port } = await started();
    app.open(1);
    await settled();
    const before = ids(app);
    const [oldest] = port.world.messages;
    port.receive(2, 'elsewhere');
    port.announce({ put: 'message', row: { ...must(oldest), text: 'changed, far above' } });
    expect(ids(app)).toEqual(before);
  });

  it('believes the batch over a page that is older than it', async () => {
    const { app, port } = await started();
    const target = must(port.world.messages.findLast((row) => row.chat === 1));
    port.answers['messages.page'] = () => {
      const stale: MessageRow[] = [{ ...target, text: 'as the page has it' }];
      port.emit({
        sequence: 105,
        changes: [{ put: 'message', row: { ...target, text: 'as announced later' } }],
      });
      return { sequence: 104, messages: stale, hasMore: false };
    };
    app.open(1);
    await settled();
    expect(must(app.timeline).messages.map((row) => row.text)).toEqual(['as announced later']);
  });

  it('believes the page over a batch that is older than it', async () => {
    const { app, port } = await started();
    const target = must(port.world.messages.findLast((row) => row.chat === 1));
    port.answers['messages.page'] = () => ({
      sequence: 110,
      messages: [{ ...target, text: 'newest' }],
      hasMore: false,
    });
    app.open(1);
    await settled();
    port.emit({ sequence: 109, changes: [{ put: 'message', row: { ...target, text: 'older' } }] });
    expect(must(app.timeline).messages.map((row) => row.text)).toEqual(['newest']);
    port.emit({ sequence: 111, changes: [{ put: 'message', row: { ...target, text: 'newer' } }] });
    expect(must(app.timeline).messages.map((row) => row.text)).toEqual(['newer']);
  });

  it('starts at the first unread message when there are too many to load at once', async () => {
    const { app, port } = await started();
    const all = port.world.messages.filter((row) => row.chat === 1).map((row) => row.id);
    const readUpTo = must(all[99]);
    port.announce(chatPut({ ...must(app.chats.get(1)), unread: 200, readUpTo }));
    app.open(1);
    await settled();
    expect(ids(app)).toContain(all[100]);
    expect(must(app.timeline).hasNewer).toBe(true);
    expect(must(app.timeline).unreadAfter).toBe(readUpTo);
    port.receive(1, 'not in the window yet');
    expect(ids(app).at(-1)).toBe(all[159]);
    await must(app.timeline).jumpToNewest();
    expect(must(must(app.timeline).newest).text).toBe('not in the window yet');
  });

  describe('where messages are missing', () => {
    /** The chat as the engine has it: what the archive still holds of it, and whether it can be had. */
    const withGap = async (): Promise<{
      app: App;
      port: ScriptedPort;
      all: MessageRow[];
      fill: () => void;
    }> => {
      const { app, port } = await started();
      const row = must(port.world.messages.find(({ chat }) => chat === 1));
      const all = Array.from({ length: 9 }, (_, index) => ({ ...row, id: 10 + index, text: `${index}` }));
      let missing: readonly number[] = [13, 14, 15];
      port.answers['messages.page'] = ({ before, after }) => {
        const here = all.filter(({ id }) => !missing.includes(id));
        const range = here.filter(({ id }) => id < (before ?? Infinity) && id > (after ?? 0));
        const isNewest = before === undefined && after === undefined;
        const isAtGap = missing.length > 0 && (isNewest || before === 16);
        const messages = isNewest && missing.length > 0 ? range.filter(({ id }) => id > 15) : range;
        const gaps = isAtGap && !isNewest ? [{ gap: 7, above: 16, state: 'offline' as const }] : [];
        return { sequence: port.sequence, messages, hasMore: isNewest && missing.length > 0, gaps };
      };
      port.answers['messages.fill'] = () => {
        missing = [];
        return {};
      };
      app.open(1);
      await settled();
      return { app, port, all, fill: () => (missing = []) };
    };
    it('is contiguous but for where it says so, and complete when the gap is filled', async () => {
      const { app, all } = await withGap();
      expect(ids(app)).toEqual([16, 17, 18]);
      const timeline = must(app.timeline);
      await timeline.loadOlder();
      expect(ids(app)).toEqual([10, 11, 12, 16, 17, 18]);
      expect(timeline.gaps).toEqual([{ gap: 7, above: 16, state: 'offline' }]);
      await timeline.fill(must(timeline.gaps[0]));
      expect(ids(app)).toEqual(all.map(({ id }) => id));
      expect(timeline.gaps).toEqual([]);
    });

    it('says that it did not come, and why', async () => {
      const { app, port } = await withGap();
      const timeline = must(app.timeline);
      await timeline.loadOlder();
      port.answers['messages.fill'] = () => {
        throw new Error('a bug');
      };
      await timeline.fill(must(timeline.gaps[0]));
      expect(timeline.gaps).toEqual([{ gap: 7, above: 16, state: 'failed' }]);
    });

    it.each([true, false])('closes by itself; following the end: %s', async (isFollowing) => {
      const { app, port, all, fill } = await withGap();
      const timeline = must(app.timeline);
      await timeline.loadOlder();
      timeline.isFollowing = isFollowing;
      fill();
      port.announce({ put: 'no-gap', gap: 7 });
      await settled();
      expect(ids(app)).toEqual(all.map(({ id }) => id));
    });

    it('shows what the archive brought behind its end', async () => {
      const { app, port, all } = await withGap();
      all.push({ ...must(all[0]), id: 30, text: 'new' });
      port.announce({ put: 'history', chat: 1 }, { put: 'history', chat: 2 });
      await settled();
      expect(ids(app)).toEqual([16, 17, 18, 30]);
    });
  });

  it('keeps the failure of a page and can be asked again', async () => {
    const { app, port } = await started();
    port.answers['messages.page'] = () => {
      throw new Refusing('internal');
    };
    app.open(1);
    await settled();
    expect(must(app.timeline).failure).toBeDefined();
    delete port.answers['messages.page'];
    await must(app.timeline).open();
    expect(must(app.timeline).failure).toBeUndefined();
    expect(ids(app)).toHaveLength(60);
  });
});

describe('the draft', () => {
  const asked = (port: ScriptedPort, name: string): unknown[] =>
    port.asked.filter((call) => call.name === name).map((call) => call.input);

  it('is saved when the chat is left, and stands there when one comes back', async () => {
    const { app, port } = await started();
    app.open(1);
    must(app.draft).text = 'half a thought';
    app.open(2);
    await settled();
    expect(asked(port, 'chats.setDraft')).toEqual([{ chat: 1, text: 'half a thought' }]);
    app.open(1);
    expect(must(app.draft).text).toBe('half a thought');
  });

  it('takes what a link put there, even when the row comes after the chat was opened', async () => {
    const { app, port } = await started();
    app.open(1);
    const draft = must(app.draft);
    port.emit({ sequence: 101, changes: [chatPut({ ...must(app.chats.get(1)), draft: 'from a link' })] });
    expect(draft.text).toBe('from a link');
    await draft.save();
    expect(asked(port, 'chats.setDraft')).toEqual([]);
  });

  it('never puts anything in place of what is being typed', async () => {
    const { app, port } = await started();
    app.open(1);
    const draft = must(app.draft);
    draft.text = 'my own';
    port.emit({ sequence: 101, changes: [chatPut({ ...must(app.chats.get(1)), draft: 'from a link' })] });
    expect(draft.text).toBe('my own');
    await draft.save();
    expect(asked(port, 'chats.setDraft')).toEqual([{ chat: 1, text: 'my own' }]);
  });

  it('sends trimmed text, empties the field, and takes the typing notice back', async () => {
    const { app, port } = await started();
    app.open(1);
    await settled();
    must(app.draft).text = '  Farewell \n';
    await must(app.draft).send();
    expect(asked(port, 'messages.send')).toEqual([{ chat: 1, text: 'Farewell' }]);
    expect(asked(port, 'chats.setTyping')).toEqual([
      { chat: 1, isTyping: true },
      { chat: 1, isTyping: false },
    ]);
    expect(must(app.draft).text).toBe('');
    expect(must(app.timeline).newest).toMatchObject({ text: 'Farewell', delivery: 'queued' });
  });

  it('answers a message: with the draft in another chat, and with what is sent, once', async () => {
    const { app, port } = await started();
    app.open(1);
    await settled();
    const quote = quoteOf(must(must(app.timeline).messages[0]));
    must(app.draft).answer(quote);
    app.open(2);
    await settled();
    expect(asked(port, 'chats.setDraft')).toEqual([{ chat: 1, text: '', reply: quote.message }]);
    app.open(1);
    await settled();
    expect(must(app.draft).reply).toEqual(quote);
    must(app.draft).text = 'Yes';
    await must(app.draft).send();
    expect(asked(port, 'messages.send')).toEqual([{ chat: 1, text: 'Yes', reply: quote.message }]);
    expect(must(app.draft).reply).toBeUndefined();
    expect(must(app.timeline).newest).toMatchObject({ text: 'Yes', reply: quote });
    must(app.draft).text = 'And more';
    await must(app.draft).send();
    expect(asked(port, 'messages.send').at(-1)).toEqual({ chat: 1, text: 'And more' });
  });

  it('goes to what a message answers, and back', async () => {
    const { app } = await started();
    app.open(1);
    await settled();
    const timeline = must(app.timeline);
    expect(timeline.canGoBack).toBe(false);
    timeline.jump(2, 1);
    timeline.jump(1, 0);
    expect(timeline.wanted).toEqual({ message: 0 });
    timeline.goBack();
    expect(timeline.wanted).toEqual({ message: 1 });
    timeline.goBack();
    expect([timeline.wanted, timeline.canGoBack]).toEqual([{ message: 2 }, false]);
  });

  it('puts the text back when the engine refuses, and keeps what was typed meanwhile', async () => {
    const { app, port } = await started();
    app.open(1);
    port.answers['messages.send'] = () => {
      must(app.draft).text = 'typed on';
      throw new Refusing('storage');
    };
    must(app.draft).text = 'lost?';
    await expect(must(app.draft).send()).rejects.toMatchObject({ code: 'storage' });
    expect(must(app.draft).text).toBe('lost?\ntyped on');
  });

  it('refuses to send nothing, spaces, and more than the contract takes', async () => {
    const { app, port } = await started();
    app.open(1);
    for (const text of ['', ' \n\t', 'x'.repeat(65_537)]) {
      must(app.draft).text = text;
      expect(must(app.draft).canSend).toBe(false);
      await must(app.draft).send();
    }
    expect(must(app.draft).room).toBe(-1);
    expect(asked(port, 'messages.send')).toEqual([]);
    must(app.draft).text = 'x'.repeat(65_536);
    expect(must(app.draft).canSend).toBe(true);
  });
});
