/**
 * Screens and windows to share in a call: lists them for the window's own dialog, and hands out the one that was chosen there,
 * once. Only in a call, and only after the person pressed something: a list is a look at everything that is open.
 */
import { desktopCapturer, type Session } from 'electron';
import type { Output, Port, Reply } from '../../shared/contract.ts';
import type { Capture } from './capture.ts';
import { isOwnPage } from './urls.ts';

/** Points. */
const PICTURE = { width: 320, height: 200 };
/** Milliseconds that a choice is good for. */
const CHOICE = 5_000;
/** Where what is heard on this computer can be shared with it. */
const hasSound = process.platform === 'win32';

const refusal = (code: string): Reply => ({ ok: false, code, message: code });

export interface Screens {
  /** Answers the two calls about screens itself, and leaves the others to the engine. */
  offer(engine: Port): Port;
  /** Answers the page that asks for a screen to capture. */
  guard(session: Session): void;
}

export function createScreens(capture: Capture, now: () => number): Screens {
  let chosen: { readonly source: string; readonly withSound: boolean; readonly at: number } | undefined;

  const list = async (): Promise<Reply> => {
    if (!capture.isCalling() || !capture.spend()) return refusal('not-allowed');
    const found = await desktopCapturer.getSources({
      types: ['screen', 'window'],
      thumbnailSize: PICTURE,
      fetchWindowIcons: false,
    });
    const sources = found.map(({ id, name, thumbnail }) => ({
      source: id,
      name: name.slice(0, 1_000),
      kind: id.startsWith('screen:') ? ('screen' as const) : ('window' as const),
      ...(!thumbnail.isEmpty() && { picture: thumbnail.toDataURL() }),
    }));
    return { ok: true, value: { sources, hasSound } satisfies Output<'screens.list'> };
  };

  const choose = (input: unknown): Reply => {
    if (!capture.isCalling() || !capture.spend()) return refusal('not-allowed');
    if (typeof input !== 'object' || input === null || !('source' in input)) return refusal('invalid');
    if (typeof input.source !== 'string') return refusal('invalid');
    const withSound = 'withSound' in input && input.withSound === true;
    capture.allowScreen();
    chosen = { source: input.source, withSound: withSound && hasSound, at: now() };
    return { ok: true, value: {} };
  };

  return {
    offer: (engine) => ({
      call: async (name, input) => {
        if (name === 'screens.list') return await list();
        return name === 'screens.choose' ? choose(input) : await engine.call(name, input);
      },
      onChange: (listener) => engine.onChange(listener),
    }),
    guard(session) {
      session.setDisplayMediaRequestHandler((request, answer) => {
        const choice = chosen;
        chosen = undefined;
        const isOurs = request.frame !== null && isOwnPage(request.frame.url);
        if (choice === undefined || !isOurs || !capture.isCalling() || now() - choice.at > CHOICE) {
          answer({});
          return;
        }
        answer({
          video: { id: choice.source, name: '' },
          ...(choice.withSound && { audio: 'loopback' as const }),
        });
      });
    },
  };
}
