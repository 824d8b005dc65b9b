/** What the bundler understands and TypeScript does not: style sheets imported for their effect. */
declare module '*.css';
