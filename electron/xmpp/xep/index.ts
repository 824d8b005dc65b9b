/**
 * The list of protocol extensions that this client implements, for doap.xml and the README, and what it advertises.
 * An extension that is not in this list is not implemented.
 */
export { features, identity, ownInfo } from './self.ts';

export interface Xep {
  readonly number: string;
  readonly title: string;
  /** The version of the document that was implemented. */
  readonly version: string;
  /** The version of Waxwing that came with it. */
  readonly since: string;
  readonly note?: string;
}

export const xeps: readonly Xep[] = [
  { number: '0004', title: 'Data Forms', version: '2.13.2', since: '0.1.0' },
  { number: '0030', title: 'Service Discovery', version: '2.5.0', since: '0.1.0' },
  { number: '0050', title: 'Ad-Hoc Commands', version: '1.3.0', since: '0.1.0', note: 'of a single step' },
  { number: '0059', title: 'Result Set Management', version: '1.0', since: '0.1.0' },
  { number: '0060', title: 'Publish-Subscribe', version: '1.30.0', since: '0.1.0', note: 'personal nodes' },
  {
    number: '0066',
    title: 'Out of Band Data',
    version: '1.5',
    since: '0.1.0',
    note: 'files, and addresses of services',
  },
  { number: '0077', title: 'In-Band Registration', version: '2.4', since: '0.1.0' },
  {
    number: '0082',
    title: 'XMPP Date and Time Profiles',
    version: '1.1.1',
    since: '0.1.0',
    note: 'DateTime',
  },
  { number: '0085', title: 'Chat State Notifications', version: '2.1', since: '0.1.0' },
  { number: '0092', title: 'Software Version', version: '1.1', since: '0.1.0' },
  { number: '0103', title: 'URL Address Information', version: '0.4.1', since: '0.1.0', note: 'of files' },
  { number: '0115', title: 'Entity Capabilities', version: '1.6.0', since: '0.1.0' },
  {
    number: '0124',
    title: 'Bidirectional-streams Over Synchronous HTTP (BOSH)',
    version: '1.11.2',
    since: '0.1.0',
    note: 'where TCP is blocked',
  },
  { number: '0147', title: 'XMPP URI Scheme Query Components', version: '1.2', since: '0.1.0' },
  {
    number: '0156',
    title: 'Discovering Alternative XMPP Connection Methods',
    version: '1.4.0',
    since: '0.1.0',
    note: 'where TCP is blocked',
  },
  { number: '0157', title: 'Contact Addresses for XMPP Services', version: '1.1.1', since: '0.1.0' },
  { number: '0158', title: 'CAPTCHA Forms', version: '1.0.1', since: '0.1.0', note: 'when registering' },
  { number: '0163', title: 'Personal Eventing Protocol', version: '1.2.2', since: '0.1.0' },
  {
    number: '0178',
    title: 'Best Practices for Use of SASL EXTERNAL with Certificates',
    version: '1.2',
    since: '0.1.0',
  },
  { number: '0184', title: 'Message Delivery Receipts', version: '1.4.0', since: '0.1.0' },
  { number: '0198', title: 'Stream Management', version: '1.6.3', since: '0.1.0' },
  { number: '0199', title: 'XMPP Ping', version: '2.0.1', since: '0.1.0' },
  { number: '0202', title: 'Entity Time', version: '2.0', since: '0.1.0', note: 'answered if allowed' },
  { number: '0203', title: 'Delayed Delivery', version: '2.0', since: '0.1.0' },
  { number: '0206', title: 'XMPP Over BOSH', version: '1.4', since: '0.1.0', note: 'where TCP is blocked' },
  { number: '0221', title: 'Data Forms Media Element', version: '1.0', since: '0.1.0' },
  {
    number: '0227',
    title: 'Portable Import/Export Format for XMPP-IM Servers',
    version: '1.1',
    since: '0.1.0',
    note: 'import of message archives',
  },
  { number: '0231', title: 'Bits of Binary', version: '1.1', since: '0.1.0', note: 'what comes along' },
  { number: '0280', title: 'Message Carbons', version: '1.0.1', since: '0.1.0' },
  { number: '0283', title: 'Moved', version: '0.2.0', since: '0.1.0' },
  {
    number: '0297',
    title: 'Stanza Forwarding',
    version: '1.0',
    since: '0.1.0',
    note: 'inside carbons and archives',
  },
  {
    number: '0300',
    title: 'Use of Cryptographic Hash Functions in XMPP',
    version: '1.0.0',
    since: '0.1.0',
    note: 'SHA-256, SHA3-256',
  },
  {
    number: '0313',
    title: 'Message Archive Management',
    version: '1.1.3',
    since: '0.1.0',
    note: 'own archive',
  },
  { number: '0333', title: 'Displayed Markers', version: '1.0.0', since: '0.1.0' },
  { number: '0334', title: 'Message Processing Hints', version: '1.0.0', since: '0.1.0' },
  { number: '0352', title: 'Client State Indication', version: '1.0.0', since: '0.1.0' },
  { number: '0359', title: 'Unique and Stable Stanza IDs', version: '0.7.0', since: '0.1.0' },
  { number: '0363', title: 'HTTP File Upload', version: '1.2.0', since: '0.1.0' },
  { number: '0368', title: 'SRV records for XMPP over TLS', version: '1.1.0', since: '0.1.0' },
  { number: '0379', title: 'Pre-Authenticated Roster Subscription', version: '0.3.3', since: '0.1.0' },
  { number: '0380', title: 'Explicit Message Encryption', version: '0.4.0', since: '0.1.0' },
  {
    number: '0384',
    title: 'OMEMO Encryption',
    version: '0.3.0',
    since: '0.1.0',
    note: 'eu.siacs.conversations.axolotl, as today’s clients speak it',
  },
  { number: '0386', title: 'Bind 2', version: '1.1.0', since: '0.1.0' },
  { number: '0388', title: 'Extensible SASL Profile', version: '1.0.4', since: '0.1.0' },
  { number: '0390', title: 'Entity Capabilities 2.0', version: '0.3.2', since: '0.1.0' },
  {
    number: '0401',
    title: 'Ad-hoc Account Invitation Generation',
    version: '0.6.0',
    since: '0.1.0',
    note: 'invitations of friends',
  },
  { number: '0428', title: 'Fallback Indication', version: '0.2.1', since: '0.1.0', note: 'beside files' },
  { number: '0434', title: 'Trust Messages (TM)', version: '0.6.0', since: '0.1.0' },
  { number: '0440', title: 'SASL Channel-Binding Type Capability', version: '1.0.0', since: '0.1.0' },
  { number: '0441', title: 'Message Archive Management Preferences', version: '0.2.0', since: '0.1.0' },
  { number: '0445', title: 'Pre-Authenticated In-Band Registration', version: '0.2.0', since: '0.1.0' },
  { number: '0446', title: 'File metadata element', version: '0.2.0', since: '0.1.0' },
  {
    number: '0447',
    title: 'Stateless file sharing',
    version: '0.3.1',
    since: '0.1.0',
    note: 'sources on the web',
  },
  {
    number: '0448',
    title: 'Encryption for stateless file sharing',
    version: '0.2.0',
    since: '0.1.0',
    note: 'AES-GCM',
  },
  { number: '0450', title: 'Automatic Trust Management (ATM)', version: '0.4.0', since: '0.1.0' },
  { number: '0454', title: 'OMEMO Media sharing', version: '0.1.0', since: '0.1.0' },
  {
    number: '0455',
    title: 'Service Outage Status',
    version: '0.4.0',
    since: '0.1.0',
    note: 'the external status',
  },
  { number: '0474', title: 'SASL SCRAM Downgrade Protection', version: '0.5.0', since: '0.1.0' },
  { number: '0478', title: 'Stream Limits Advertisement', version: '0.2.0', since: '0.1.0' },
  { number: '0484', title: 'Fast Authentication Streamlining Tokens', version: '0.2.0', since: '0.1.0' },
  {
    number: '0490',
    title: 'Message Displayed Synchronization',
    version: '1.0.1',
    since: '0.1.0',
    note: 'without server assist',
  },
  { number: '0515', title: 'TLS Channel-Binding Downgrade Protection', version: '0.1.0', since: '0.1.0' },
];
