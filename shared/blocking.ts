/** Which blocked address matches somebody (XEP-0191 #matching). Knows no list of its own. */

/** An address, prepared, in its parts. */
function partsOf(jid: string): { readonly bare: string; readonly domain: string; readonly resource: string } {
  const slash = jid.indexOf('/');
  const bare = slash < 0 ? jid : jid.slice(0, slash);
  return { bare, domain: bare.slice(bare.indexOf('@') + 1), resource: slash < 0 ? '' : jid.slice(slash) };
}

/** What would block this address (prepared), in the order of the document: the closest first. */
export function rulesFor(jid: string): string[] {
  const { bare, domain, resource } = partsOf(jid);
  const rules = resource === '' ? [bare, domain] : [jid, bare, `${domain}${resource}`, domain];
  return [...new Set(rules)];
}

/** The entry of the list that blocks this address; `undefined` when none does. */
export function blockingRule(list: ReadonlySet<string>, jid: string): string | undefined {
  return rulesFor(jid).find((rule) => list.has(rule));
}
