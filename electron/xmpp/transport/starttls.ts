/**
 * Speaks just enough of the clear stream to ask for TLS (RFC 6120 §5), and believes nothing that it says besides.
 * Without TLS there is no way on: nothing that names the person is ever sent here.
 */
import type { Socket } from 'node:net';
import { ConnectionProblem, problem, problemOfStreamError, systemCode } from '../problem.ts';
import type { Problem } from '../../../shared/contract.ts';
import { NS_STREAM, child, is, serialize, xml } from '../xml.ts';
import type { Element } from '../xml.ts';
import { openingTag, streamError } from './framing.ts';
import { StreamParser, StreamViolation } from './parser.ts';

const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';

/**
 * Asks the server behind a fresh socket to start TLS; resolves when the next byte on it is the TLS handshake.
 * @param domain the domain of the address, as the stream's `to`
 * @throws ConnectionProblem `tls-required`, `tls-failed`, `not-xmpp`, `protocol`, `closed` or what a stream error says
 */
export async function negotiateStartTls(socket: Socket, domain: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    let isAsked = false;
    const settle = (outcome?: Problem | Error): void => {
      parser.stop();
      socket.pause();
      socket.off('data', onData).off('close', onClose).off('error', onError);
      signal.removeEventListener('abort', onAbort);
      if (outcome === undefined) resolve();
      else reject(outcome instanceof Error ? outcome : new ConnectionProblem(outcome));
    };
    const onElement = (element: Element): void => {
      if (is(element, 'error', NS_STREAM)) settle(problemOfStreamError(element, domain));
      else if (!isAsked && is(element, 'features', NS_STREAM)) {
        if (child(element, 'starttls', NS_TLS) === undefined) {
          settle(problem('tls-required', domain, 'the server offers no STARTTLS'));
          return;
        }
        isAsked = true;
        socket.write(serialize(xml('starttls', NS_TLS)));
      } else if (isAsked && is(element, 'proceed', NS_TLS)) {
        // Whatever follows in the clear was put there by somebody else (command injection, CVE-2011-0411):
        // the parser refuses it, and bytes of later segments reach only the TLS handshake.
        isProceeding = true;
        parser.stop('refuse');
      } else if (isAsked && is(element, 'failure', NS_TLS)) {
        settle(problem('tls-failed', domain, 'the server refused to start TLS'));
      }
    };
    let isProceeding = false;
    const parser = new StreamParser({
      start: () => undefined,
      element: onElement,
      end: () => {
        settle(problem('closed', domain, 'the server closed the stream before TLS'));
      },
    });
    const onData = (bytes: Buffer): void => {
      try {
        parser.write(bytes);
        if (isProceeding) settle();
      } catch (error) {
        if (!(error instanceof StreamViolation)) throw error;
        socket.write(streamError(error.condition));
        settle(problem(parser.isStarted ? 'protocol' : 'not-xmpp', domain, error.message));
      }
    };
    const onClose = (): void => {
      settle(problem('closed', domain, 'the connection was closed before TLS'));
    };
    const onError = (error: Error): void => {
      settle(problem('closed', domain, systemCode(error) || error.message));
    };
    const onAbort = (): void => {
      settle(signal.reason as Error);
    };
    socket.on('data', onData).on('close', onClose).on('error', onError);
    signal.addEventListener('abort', onAbort);
    socket.write(openingTag({ to: domain }));
  });
}
