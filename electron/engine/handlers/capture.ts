/** The calls about capture, which the shell answers or hears on their way here. An engine without a shell has no screens. */
import type { Handlers } from '../../../shared/answer.ts';
import { Refusal } from '../../../shared/answer.ts';
import type { capture as calls } from '../../../shared/calls/capture.ts';

const noScreens = (): never => {
  throw new Refusal('not-here', 'there is no screen to share');
};

export const captureHandlers: Pick<Handlers, keyof typeof calls> = {
  'app.allowCall': () => ({}),
  'screens.list': noScreens,
  'screens.choose': noScreens,
};
