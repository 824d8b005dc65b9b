/** Whether this program runs out of an AppImage, and out of which. Programs that an AppImage starts inherit its variables. */
import { isWithin } from './within.ts';

/**
 * The file that was started, absolute.
 * @param program the path of this program, or of its folder
 */
export function imageOf(
  env: Readonly<Record<string, string | undefined>>,
  program: string,
): string | undefined {
  const { APPIMAGE: image, APPDIR: mount } = env;
  const isAbsolute = image?.startsWith('/') === true && mount?.startsWith('/') === true;
  return isAbsolute && isWithin(program, mount) ? image : undefined;
}
