/** Looks for what must not be there: secrets and texts in any of the ways in which programs write them down. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The forms of one secret, each with a name that says where to look for the fault. */
export function formsOf(secret: string | Uint8Array): Map<string, Buffer> {
  const bytes = Buffer.from(secret);
  const forms = new Map<string, Buffer>([
    ['raw', bytes],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['HEX', Buffer.from(bytes.toString('hex').toUpperCase())],
  ]);
  if (typeof secret === 'string') {
    forms.set('utf-16', Buffer.from(secret, 'utf16le'));
    forms.set('JSON', Buffer.from(JSON.stringify(secret).slice(1, -1)));
    forms.set('escaped', Buffer.from(secret.replaceAll(/[^\x20-\x7e]/g, escapeCodeUnit)));
    forms.set('URL', Buffer.from(encodeURIComponent(secret)));
  }
  // Inside a longer base64 text a secret begins at one of three places; only the whole groups between are its own.
  for (const shift of [0, 1, 2]) {
    const whole = Math.floor((bytes.length - ((3 - shift) % 3)) / 3) * 3;
    const start = (3 - shift) % 3;
    const text = bytes.subarray(start, start + whole).toString('base64');
    if (text.length < 8) continue;
    forms.set(`base64 (${shift})`, Buffer.from(text));
    forms.set(`base64url (${shift})`, Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_')));
  }
  return forms;
}

function escapeCodeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Named secrets; `find` returns where the first of their forms is, as `name (form)`. */
export class Needles {
  readonly #forms: [name: string, form: string, bytes: Buffer][] = [];

  /** @throws for a secret so short that it would be found by chance */
  add(name: string, secret: string | Uint8Array): this {
    if (Buffer.byteLength(secret) < 8) throw new RangeError(`${name} is too short to be looked for`);
    for (const [form, bytes] of formsOf(secret)) this.#forms.push([name, form, bytes]);
    return this;
  }

  find(haystack: Buffer): string[] {
    return this.#forms.flatMap(([name, form, bytes]) =>
      haystack.includes(bytes) ? [`${name} (${form})`] : [],
    );
  }

  /** Looks into every file of a folder and at every file's name: `file: name (form)`. */
  findInFolder(folder: string): string[] {
    return filesOf(folder).flatMap((file) => {
      const path = relative(folder, file);
      const found = [...this.find(readFileSync(file)), ...this.find(Buffer.from(path))];
      return found.map((what) => `${path}: ${what}`);
    });
  }
}

/** Every regular file below a folder; sockets and links are left out. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
