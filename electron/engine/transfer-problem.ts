/** Why a file did not get where it should, in the contract's words, and whether it may be better soon. */
import type { FileFailure } from '../../shared/contract.ts';
import { BrokenSeal } from '../files/seal.ts';
import { ConnectionProblem, systemCode } from '../xmpp/problem.ts';
import { PRIVATE_ADDRESS } from '../xmpp/transport/public-address.ts';
import { StanzaError } from '../xmpp/wire.ts';

export class TransferProblem extends Error {
  override readonly name = 'TransferProblem';
  readonly code: FileFailure;
  /** Trying again may help. */
  readonly isPassing: boolean;
  /** Of a file that is too large, as far as that is known, in bytes. */
  readonly size: number | undefined;

  constructor(code: FileFailure, detail: string, more: { isPassing?: boolean; size?: number } = {}) {
    super(`${code}: ${detail}`);
    this.code = code;
    this.isPassing = more.isPassing ?? false;
    this.size = more.size;
  }
}

/** What an answer of a web server means that is not the one hoped for. */
export function problemOfStatus(status: number): TransferProblem {
  const detail = `HTTP ${String(status)}`;
  if (status === 404 || status === 410) return new TransferProblem('gone', detail);
  if (status === 413) return new TransferProblem('too-large', detail);
  const isPassing = status >= 500 || status === 408 || status === 425 || status === 429;
  return new TransferProblem('refused', detail, { isPassing });
}

/** The problem behind an error; `undefined` for a bug. */
export function problemOfTransfer(error: unknown): TransferProblem | undefined {
  if (error instanceof TransferProblem) return error;
  if (error instanceof BrokenSeal) return new TransferProblem('damaged', error.message);
  if (error instanceof StanzaError) {
    return new TransferProblem('refused', error.condition, { isPassing: error.type === 'wait' });
  }
  if (error instanceof ConnectionProblem) {
    const { code, detail = '' } = error.problem;
    if (detail === PRIVATE_ADDRESS) return new TransferProblem('not-allowed', detail);
    if (code === 'certificate' || code === 'onion' || code === 'protocol') {
      return new TransferProblem(code === 'protocol' ? 'refused' : 'unreachable', error.message);
    }
    return new TransferProblem('unreachable', error.message, { isPassing: true });
  }
  const code = systemCode(error);
  if (code === 'ENOENT') return new TransferProblem('damaged', code);
  return /^E[A-Z]+$/.test(code) ? new TransferProblem('storage', code) : undefined;
}
