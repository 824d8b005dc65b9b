/** The part of the library's own parser that the benchmark calls. */
declare module '@xmpp/xml/lib/Parser.js' {
  export default class Parser {
    write(text: string): void;
    on(event: 'element', listener: (element: unknown) => void): void;
  }
}
