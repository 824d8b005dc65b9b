/** A code in a picture that is chosen, dropped or pasted: read one at a time. What the code says is the owner's business. */
import { readQr } from '../lib/qr.ts';

export class CodePicture {
  readonly #found: (code: string | undefined) => void;
  readonly #begin: (() => void) | undefined;
  #isReading = $state(false);

  /**
   * @param found hears what its code says; `undefined` when there is none to read
   * @param begin hears that a picture is looked at
   */
  constructor(found: (code: string | undefined) => void, begin?: () => void) {
    this.#found = found;
    this.#begin = begin;
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  /** Does nothing without a picture, or while another one is read. */
  async read(picture: Blob | null | undefined): Promise<void> {
    if (picture == null || this.#isReading) return;
    this.#isReading = true;
    this.#begin?.();
    const code = await readQr(picture);
    this.#isReading = false;
    this.#found(code);
  }

  readonly onpaste = (event: ClipboardEvent): void => {
    const picture = [...(event.clipboardData?.files ?? [])].find((file) => file.type.startsWith('image/'));
    if (picture === undefined) return;
    event.preventDefault();
    void this.read(picture);
  };

  readonly ondrop = (event: DragEvent): void => {
    event.preventDefault();
    void this.read(event.dataTransfer?.files[0]);
  };
}
