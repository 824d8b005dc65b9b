/**
 * Public servers that people can have an account at, as a start for those who know none. Written down from what their
 * operators and the public directories were known to say in 2025, and not looked up since: a server may have closed its
 * doors, which it says itself when it is asked. Nothing here is fetched, nobody paid for it, and the order is only that
 * of the alphabet.
 */

export interface Provider {
  readonly domain: string;
  /** `here`: the server gives accounts to programs; `web`: on its page only. */
  readonly registers: 'here' | 'web';
  /** ISO 3166 code of the country that the operators name. */
  readonly country: string;
  /** Languages that the operators answer in. */
  readonly languages: readonly string[];
  /** Its page, with who runs it, its rules and what it keeps. */
  readonly site: string;
  readonly isPaid?: true;
}

export const providers: readonly Provider[] = [
  { domain: '5222.de', registers: 'here', country: 'DE', languages: ['de', 'en'], site: 'https://5222.de/' },
  { domain: 'anoxinon.me', registers: 'web', country: 'DE', languages: ['de'], site: 'https://anoxinon.de/' },
  {
    domain: 'chapril.org',
    registers: 'web',
    country: 'FR',
    languages: ['fr'],
    site: 'https://www.chapril.org/',
  },
  {
    domain: 'conversations.im',
    registers: 'web',
    country: 'DE',
    languages: ['de', 'en'],
    site: 'https://account.conversations.im/',
    isPaid: true,
  },
  {
    domain: 'disroot.org',
    registers: 'web',
    country: 'NL',
    languages: ['en', 'nl'],
    site: 'https://disroot.org/',
  },
  {
    domain: 'draugr.de',
    registers: 'here',
    country: 'DE',
    languages: ['de', 'en'],
    site: 'https://www.draugr.de/',
  },
  {
    domain: 'hookipa.net',
    registers: 'here',
    country: 'DE',
    languages: ['de', 'en'],
    site: 'https://hookipa.net/',
  },
  {
    domain: 'jabber.at',
    registers: 'web',
    country: 'AT',
    languages: ['de', 'en'],
    site: 'https://jabber.at/',
  },
  { domain: 'jabber.cz', registers: 'web', country: 'CZ', languages: ['cs'], site: 'https://www.jabber.cz/' },
  { domain: 'jabber.fr', registers: 'web', country: 'FR', languages: ['fr'], site: 'https://jabberfr.org/' },
  {
    domain: 'jabber.hot-chilli.net',
    registers: 'web',
    country: 'DE',
    languages: ['de', 'en'],
    site: 'https://jabber.hot-chilli.net/',
  },
  {
    domain: 'magicbroccoli.de',
    registers: 'here',
    country: 'DE',
    languages: ['de', 'en'],
    site: 'https://magicbroccoli.de/',
  },
  {
    domain: 'mailbox.org',
    registers: 'web',
    country: 'DE',
    languages: ['de', 'en'],
    site: 'https://mailbox.org/',
    isPaid: true,
  },
  {
    domain: 'movim.eu',
    registers: 'here',
    country: 'FR',
    languages: ['fr', 'en'],
    site: 'https://movim.eu/',
  },
  {
    domain: 'pimux.de',
    registers: 'here',
    country: 'DE',
    languages: ['de', 'en'],
    site: 'https://pimux.de/',
  },
  {
    domain: 'suchat.org',
    registers: 'here',
    country: 'ES',
    languages: ['es'],
    site: 'https://www.suchat.org/',
  },
  { domain: 'tigase.im', registers: 'here', country: 'US', languages: ['en'], site: 'https://tigase.im/' },
  {
    domain: 'trashserver.net',
    registers: 'here',
    country: 'DE',
    languages: ['de', 'en'],
    site: 'https://trashserver.net/',
  },
  {
    domain: 'xmpp.jp',
    registers: 'web',
    country: 'JP',
    languages: ['ja', 'en'],
    site: 'https://www.xmpp.jp/',
  },
  { domain: 'yax.im', registers: 'here', country: 'DE', languages: ['de', 'en'], site: 'https://yaxim.org/' },
];
