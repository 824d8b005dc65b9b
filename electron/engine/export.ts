/**
 * Takes chats out of the profile into files that the person chose: page by page, so that a million messages never are
 * in memory and everything else has its turn in between. It reads rows and changes none.
 */
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Refusal } from '../../shared/answer.ts';
import type { Transcript } from '../store/transcript.ts';
import { countMessages, listTranscripts, pageTranscript } from '../store/transcript.ts';
import { measureHere } from '../store/attachments.ts';
import { getContact } from '../store/contacts.ts';
import type { MessageEntry } from '../../shared/transcript.ts';
import { ExportFiles } from './export-files.ts';
import { HtmlPage } from './export-html.ts';
import { json } from './export-json.ts';
import type { Profile } from './profile.ts';
import { explain, writeTarget, type Write } from './target-file.ts';

/** Messages read at once. */
const PAGE = 200;
/** Bytes of a file that count as much as a message, when it is told how far it is. */
const PIECE = 65_536;

export interface ExportOrder {
  /** Only this chat; absent: all of them. */
  readonly chat?: number | undefined;
  /** Of all chats there is one page each, in a folder; of everything else one file. */
  readonly format: 'json' | 'html';
  /** Where to, as the person chose it. */
  readonly path: string;
  /** The files that are here are written as well, into folders beside. */
  readonly withFiles?: boolean | undefined;
  readonly signal: AbortSignal;
  /** Told how much is written, of how much: messages, and pieces of files. */
  readonly onProgress: (done: number, total: number) => void;
}

/** A name for the file or folder that says what is in it. */
export function suggestName(profile: Profile, order: Pick<ExportOrder, 'chat' | 'format'>): string {
  const [transcript] = order.chat === undefined ? [] : listTranscripts(profile.database, order.chat);
  if (transcript !== undefined) return `${safeName(transcript.entry.address)}.${order.format}`;
  return order.format === 'html' ? 'Waxwing chats' : 'Waxwing chats.json';
}

/**
 * Writes the files. Once it is under way, what fails or is cancelled leaves nothing behind.
 * @returns how many messages were written
 * @throws Refusal `cancelled`, `storage`, `not-allowed`, or `already-there` for a folder that exists, that of files too
 */
export async function exportChats(profile: Profile, order: ExportOrder): Promise<number> {
  const walk = new Walk(profile, order);
  if (order.format === 'json') await walk.json(order.path);
  else if (order.chat !== undefined) await walk.pages([order.path]);
  else await inNewFolder(order.path, () => walk.pages(pageNames(walk.transcripts, order.path)));
  return walk.done;
}

class Walk {
  readonly transcripts: readonly Transcript[];
  done = 0;
  readonly #profile: Profile;
  readonly #order: ExportOrder;
  readonly #total: number;
  #bytes = 0;

  constructor(profile: Profile, order: ExportOrder) {
    this.#profile = profile;
    this.#order = order;
    this.transcripts = listTranscripts(profile.database, order.chat);
    const messages = this.transcripts.reduce(
      (sum, { chat }) => sum + countMessages(profile.database, chat),
      0,
    );
    const bytes = order.withFiles === true ? measureHere(profile.database, order.chat).bytes : 0;
    this.#total = messages + Math.floor(bytes / PIECE);
    order.onProgress(0, this.#total);
  }

  json(path: string): Promise<void> {
    return this.#document(path, (write, files) => this.#writeJson(write, files));
  }

  async #writeJson(write: Write, files: ExportFiles): Promise<void> {
    await write(json.begin());
    const accounts = Map.groupBy(this.transcripts, ({ account }) => account);
    let [isFirstAccount, isFirstChat, isFirst] = [true, true, true];
    for (const transcripts of accounts.values()) {
      for (const { chat, owner, entry } of transcripts) {
        if (transcripts[0]?.chat === chat) await write(json.account(owner, isFirstAccount));
        await write(json.chat(entry, isFirstChat));
        await this.#messages(chat, files, async (message) => {
          await write(json.message(message, isFirst));
          isFirst = false;
        });
        await write(json.end());
        [isFirstChat, isFirst] = [false, true];
      }
      await write(json.end());
      [isFirstAccount, isFirstChat] = [false, true];
    }
    await write(`${json.end()}\n`);
  }

  async pages(paths: readonly string[]): Promise<void> {
    for (const [index, { chat, account, owner, entry }] of this.transcripts.entries()) {
      const name = getContact(this.#profile.database, account, entry.address)?.name;
      const voices = {
        name: name === undefined || name === '' ? entry.address : name,
        address: entry.address,
        own: owner.address,
      };
      await this.#document(paths[index] ?? '', async (write, files) => {
        const page = new HtmlPage(voices, basename(files.folder));
        await write(page.begin());
        await this.#messages(chat, files, (message) => write(page.message(message)));
        await write(page.end());
      });
    }
  }

  /** Writes a document and its files; both, or nothing. */
  async #document(path: string, work: (write: Write, files: ExportFiles) => Promise<void>): Promise<void> {
    const { signal, withFiles: isWanted = false } = this.#order;
    const onBytes = (bytes: number): void => {
      this.#bytes += bytes;
      this.#tell();
    };
    const files = new ExportFiles(this.#profile, { document: path, isWanted, signal, onBytes });
    try {
      await writeTarget(path, this.#profile.host.id(), (write) => work(write, files));
    } catch (error) {
      await files.discard();
      throw error;
    }
  }

  #tell(): void {
    const done = this.done + Math.floor(this.#bytes / PIECE);
    this.#order.onProgress(done, Math.max(done, this.#total));
  }

  async #messages(
    chat: number,
    files: ExportFiles,
    use: (message: MessageEntry) => Promise<void>,
  ): Promise<void> {
    const { signal } = this.#order;
    for (let after = 0; ;) {
      if (signal.aborted) throw new Refusal('cancelled');
      this.#profile.settle(); // what is not durable yet is not shown to anybody
      const page = pageTranscript(this.#profile.database, chat, after, PAGE);
      for (const message of await files.addTo(chat, page)) await use(message);
      this.done += page.length;
      this.#tell();
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = last.id;
      // Small pages may all fit into memory: without this, the network would wait for the last of them.
      await new Promise(setImmediate);
    }
  }
}

/** Runs `work` in a folder that it makes, and takes it away again when that fails: nobody else has put anything there. */
async function inNewFolder(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw isThere ? new Refusal('already-there') : explain(error);
  }
  try {
    await work();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A file for each chat, by its address; of two that look the same to a file system, the second has a number. */
function pageNames(transcripts: readonly Transcript[], folder: string): string[] {
  const taken = new Set<string>();
  return transcripts.map(({ entry }) => {
    const base = safeName(entry.address);
    let name = base;
    for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${base} ${String(count)}`;
    taken.add(name.toLowerCase());
    return join(folder, `${name}.html`);
  });
}

/**
 * An address as the name of a file on any system: it comes from a stranger, so that it must not lead elsewhere, hide
 * itself, name a device (Windows), or be longer than names may be (255 bytes).
 */
function safeName(address: string): string {
  const plain = address
    .replace(/[^\p{L}\p{M}\p{N}@._-]/gu, '_')
    .replace(/^[.\s]+|[.\s]+$/gu, '_')
    .replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=$|\.)/iu, '_$1');
  let name = '';
  for (const character of plain) {
    if (Buffer.byteLength(name + character) > 160) break;
    name += character;
  }
  return name;
}
