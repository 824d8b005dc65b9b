/**
 * Colours for code, roughly: comments, strings, numbers and the words that most languages have in common. Knows no
 * language, loses no character, and takes time in proportion to the text.
 */

export type CodePart = 'plain' | 'comment' | 'string' | 'number' | 'word';
export interface CodeToken {
  readonly part: CodePart;
  readonly text: string;
}

const WORDS =
  'abstract and as async await bool boolean break case catch char class const continue def default defer del do double echo ' +
  'elif else elsif end enum esac except export extends extern false fi final finally float fn for foreach from fun func ' +
  'function global go if impl implements import in include instanceof int interface is lambda let local long loop match mod ' +
  'module mut namespace new nil none not null or override package pass private protected pub public raise readonly rescue ' +
  'return select self short signed sizeof static string struct super switch template then this throw trait true try type ' +
  'typedef typeof undefined union unless unsigned until use using var virtual void when where while with yield';
const words = new Set(WORDS.split(' '));

/** Of more nothing is coloured, in UTF-16 units. */
const LONGEST = 50_000;

/** Where `#` and `--` begin a comment. */
const HASH =
  /^(?:py|python|sh|bash|zsh|shell|console|rb|ruby|pl|perl|ya?ml|toml|r|make|makefile|dockerfile|nix|ini|conf)$/iu;
const DASHES = /^(?:sql|lua|hs|haskell|ada|elm|vhdl)$/iu;

/** Every alternative begins with another sign and is bounded by its line or an end that is looked for once. */
const SLASH = String.raw`\/\/[^\n]*|\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/|$)`;
const STRINGS = String.raw`"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|\x60(?:[^\x60\\]|\\.)*\x60?`;
const NUMBER = String.raw`\b\d[\w.]*`;
const WORD = String.raw`[\p{L}_$][\p{L}\p{N}_$]*`;

/** The pieces of a code block; joined they are the code. @param language as its author called it */
export function codeTokens(code: string, language: string): CodeToken[] {
  if (language === '' || code.length > LONGEST) return [{ part: 'plain', text: code }];
  const comment = HASH.test(language) ? '#[^\\n]*' : DASHES.test(language) ? '--[^\\n]*' : SLASH;
  const pattern = new RegExp(`(${comment})|(${STRINGS})|(${NUMBER})|(${WORD})`, 'gu');
  const tokens: CodeToken[] = [];
  let at = 0;
  const add = (part: CodePart, text: string): void => {
    const last = tokens.at(-1);
    if (text === '') return;
    if (last?.part === part) tokens[tokens.length - 1] = { part, text: last.text + text };
    else tokens.push({ part, text });
  };
  for (const match of code.matchAll(pattern)) {
    const [text, isComment, isString, isNumber] = match;
    add('plain', code.slice(at, match.index));
    const isKnown = words.has(text.toLowerCase());
    add(
      isComment !== undefined
        ? 'comment'
        : isString !== undefined
          ? 'string'
          : isNumber !== undefined
            ? 'number'
            : isKnown
              ? 'word'
              : 'plain',
      text,
    );
    at = match.index + text.length;
  }
  add('plain', code.slice(at));
  return tokens;
}
