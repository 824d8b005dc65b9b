/**
 * Names of files that somebody else chose: made harmless before they are kept, shown or given to a disk (CVE-2021-33896,
 * hostile row H63). Decides nothing about the contents.
 */

/** Of a name without its ending, and of an ending, in bytes of UTF-8. */
const LONGEST_STEM = 100;
const LONGEST_ENDING = 16;

/** Control characters, invisible ones and those that turn the direction of writing: `photo\u202Egpj.exe`. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/gu;
/** What a path, a shell or Windows gives a meaning to. */
const MEANINGFUL = /[<>:"/\\|?*;$`~]/g;
/** Windows opens a device for these, whatever ending they have. */
const DEVICES = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])$/i;

/** Endings that a desktop runs or believes, instead of showing them. */
const RISKY = new Set(
  [
    'apk app appimage application appref-ms bash bat bin cmd com command cpl csh deb desktop diagcab dll dmg drv',
    'elf exe fish flatpak flatpakref gadget hta htm html inf ins iqy iso jar jnlp js jse ksh lnk mht mhtml mjs msc',
    'msh msi msix msp mst ocx odc out pif pkg pl ps1 psm1 py pyc pyz rb reg rpm run scf scpt scr sct settingcontent-ms',
    'sh shb shs shtml snap so svg svgz swf sys terminal tool udl url vb vbe vbs vhd vhdx wasm webloc website workflow',
    'ws wsc wsf wsh xbap xht xhtml xll xml xsl xslt zsh',
  ].flatMap((line) => line.split(' ')),
);

/**
 * A name that is only a name: no path, no control, nothing hidden, nothing that a shell or a file system takes for more.
 * @param otherwise what to call it when nothing is left
 */
export function safeName(given: string, otherwise = 'file'): string {
  const decoded = unescape(given.slice(0, 4_096));
  const last = decoded.split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .toWellFormed()
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(MEANINGFUL, '_')
    .replace(/\s+/gu, ' ')
    // A dot in front hides it, a dash makes it an option, and Windows drops what is at the end.
    .replace(/^[\s.\-_]+/u, '')
    .replace(/[\s.]+$/u, '');
  const dot = clean.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [clean.slice(0, dot), clean.slice(dot + 1)] : [clean, ''];
  const hasEnding = ending !== '' && Buffer.byteLength(ending) <= LONGEST_ENDING;
  const short = cut(hasEnding ? stem.trimEnd() : clean, LONGEST_STEM);
  const named =
    short === '' ? otherwise : DEVICES.test(short.split('.')[0] ?? '') ? `${otherwise} ${short}` : short;
  return hasEnding ? `${named}.${ending}` : named;
}

/** The same for a name that was made harmless before: what looks escaped in it is not. Done twice it changes nothing. */
export function keptName(name: string): string {
  return safeName(name.replaceAll('%', '%25'));
}

/** The ending of a name in lower case, without its dot; empty when there is none. */
export function endingOf(name: string): string {
  return /\.([^.]{1,16})$/u.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** True for what a desktop may run when it is opened, by its ending. */
export function isRisky(name: string): boolean {
  return RISKY.has(endingOf(name));
}

/** The name at the end of an address, as far as it has one. */
export function nameInAddress(address: string): string {
  return new URL(address).pathname.split('/').at(-1) ?? '';
}

/** Once: what is escaped twice was escaped to hide something, and keeps its marks. */
function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone per cent sign is a character like any other
  }
}

function cut(text: string, bytes: number): string {
  let size = 0;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    size += Buffer.byteLength(segment);
    if (size > bytes) break;
    kept += segment;
  }
  return kept.trimEnd();
}
