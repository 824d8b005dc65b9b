/** Types for the parts of tr46 that jid.ts uses; the package ships none. */
declare module 'tr46' {
  interface Options {
    readonly checkHyphens?: boolean;
    readonly checkBidi?: boolean;
    readonly checkJoiners?: boolean;
    readonly useSTD3ASCIIRules?: boolean;
    readonly verifyDNSLength?: boolean;
  }
  export function toASCII(domain: string, options?: Options): string | null;
  export function toUnicode(domain: string, options?: Options): { domain: string; error: boolean };
}

declare module 'tr46/lib/regexes.js' {
  export const combiningClassVirama: RegExp;
  export const validZWNJ: RegExp;
  export const bidiDomain: RegExp;
  export const bidiS1LTR: RegExp;
  export const bidiS1RTL: RegExp;
  export const bidiS2: RegExp;
  export const bidiS3: RegExp;
  export const bidiS4EN: RegExp;
  export const bidiS4AN: RegExp;
  export const bidiS5: RegExp;
  export const bidiS6: RegExp;
}
