/** Which prefix stands for which namespace at a place of a document (Namespaces in XML 1.0 §2.2, §3, §6). */
import { malformed } from './grammar.ts';
import { StreamViolation } from './violation.ts';

const NS_XML = 'http://www.w3.org/XML/1998/namespace';
const NS_XMLNS = 'http://www.w3.org/2000/xmlns/';

/** What is declared at one place. Immutable. */
export interface Scope {
  readonly defaultNamespace: string;
  readonly prefixes: ReadonlyMap<string, string>;
}

/** Outside of the document. */
export const OUTERMOST: Scope = { defaultNamespace: '', prefixes: new Map([['xml', NS_XML]]) };

/**
 * The scope with one declaration more.
 * @param prefix empty for the default namespace
 * @throws StreamViolation for a pair that may not be declared
 */
export function declare(scope: Scope, prefix: string, namespace: string): Scope {
  const isReserved =
    (prefix === 'xml') !== (namespace === NS_XML) || prefix === 'xmlns' || namespace === NS_XMLNS;
  if (isReserved) throw malformed('a declaration of a reserved namespace');
  if (prefix === '') return { defaultNamespace: namespace, prefixes: scope.prefixes };
  if (namespace === '') throw malformed('a prefix for no namespace');
  const prefixes = new Map(scope.prefixes);
  prefixes.set(prefix, namespace);
  return { defaultNamespace: scope.defaultNamespace, prefixes };
}

/** @throws StreamViolation when the prefix is not declared */
export function namespaceOf(prefix: string, { prefixes }: Scope): string {
  const namespace = prefixes.get(prefix);
  if (namespace === undefined) {
    throw new StreamViolation('bad-namespace-prefix', 'a prefix that stands for no namespace');
  }
  return namespace;
}
