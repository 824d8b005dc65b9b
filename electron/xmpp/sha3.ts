/**
 * SHA3-256 (FIPS 202) in plain arithmetic, because the cryptography that Electron is built with has no SHA-3. For small
 * public texts only: it is neither fast nor constant in time.
 */

/** Bytes that are absorbed at once: 1,600 bits less twice the length of the digest. */
const RATE = 136;
const MASK = (1n << 64n) - 1n;

// FIPS 202 §3.2.5, the 24 round constants.
const CONSTANTS = [
  0x0000000000000001n,
  0x0000000000008082n,
  0x800000000000808an,
  0x8000000080008000n,
  0x000000000000808bn,
  0x0000000080000001n,
  0x8000000080008081n,
  0x8000000000008009n,
  0x000000000000008an,
  0x0000000000000088n,
  0x0000000080008009n,
  0x000000008000000an,
  0x000000008000808bn,
  0x800000000000008bn,
  0x8000000000008089n,
  0x8000000000008003n,
  0x8000000000008002n,
  0x8000000000000080n,
  0x000000000000800an,
  0x800000008000000an,
  0x8000000080008081n,
  0x8000000000008080n,
  0x0000000080000001n,
  0x8000000080008008n,
];

/** The digest of `bytes`, 32 bytes. */
export function sha3_256(bytes: Uint8Array): Uint8Array {
  // §B.2: the two bits 01 that tell SHA-3 from its relatives, then the padding 10*1.
  const padded = new Uint8Array(Math.ceil((bytes.length + 1) / RATE) * RATE);
  padded.set(bytes);
  padded[bytes.length] = 0x06;
  padded[padded.length - 1] = (padded[padded.length - 1] ?? 0) | 0x80;
  const view = new DataView(padded.buffer);
  const state = new Array<bigint>(25).fill(0n);
  for (let block = 0; block < padded.length; block += RATE) {
    for (let lane = 0; lane < RATE / 8; lane += 1) {
      state[lane] = at(state, lane) ^ view.getBigUint64(block + lane * 8, true);
    }
    permute(state);
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (let lane = 0; lane < 4; lane += 1) digest.setBigUint64(lane * 8, at(state, lane), true);
  return new Uint8Array(digest.buffer);
}

const at = (lanes: readonly bigint[], index: number): bigint => lanes[index] ?? 0n;
const rotate = (lane: bigint, by: bigint): bigint => ((lane << by) | (lane >> (64n - by))) & MASK;

/** Keccak-f[1600] (§3.3), on 25 lanes with lane (x, y) at x + 5y. */
function permute(state: bigint[]): void {
  for (const constant of CONSTANTS) {
    // θ
    const columns = [0, 1, 2, 3, 4].map((x) =>
      [0, 5, 10, 15, 20].reduce((sum, y) => sum ^ at(state, x + y), 0n),
    );
    for (let x = 0; x < 5; x += 1) {
      const mixed = at(columns, (x + 4) % 5) ^ rotate(at(columns, (x + 1) % 5), 1n);
      for (let y = 0; y < 25; y += 5) state[x + y] = at(state, x + y) ^ mixed;
    }
    // ρ and π
    let [x, y] = [1, 0];
    let moving = at(state, 1);
    for (let step = 0; step < 24; step += 1) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const next = at(state, x + 5 * y);
      state[x + 5 * y] = rotate(moving, BigInt((((step + 1) * (step + 2)) / 2) % 64));
      moving = next;
    }
    // χ
    for (let row = 0; row < 25; row += 5) {
      const lanes = state.slice(row, row + 5);
      for (let column = 0; column < 5; column += 1) {
        state[row + column] =
          at(lanes, column) ^ (~at(lanes, (column + 1) % 5) & MASK & at(lanes, (column + 2) % 5));
      }
    }
    // ι
    state[0] = at(state, 0) ^ constant;
  }
}
