/**
 * Two protocols of OMEMO side by side. Sessions, prekeys and lists belong to one of them; what is there is the older one's.
 * Devices, with their keys and trust, belong to both. Ids of prekeys are one series: none ever means two keys.
 */
export const omemo2 = `
CREATE TABLE new_sessions (
  account  INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  protocol TEXT NOT NULL,                      -- legacy: eu.siacs.conversations.axolotl, omemo2: urn:xmpp:omemo:2
  address  TEXT NOT NULL,
  device   INTEGER NOT NULL,
  record   TEXT NOT NULL,
  PRIMARY KEY (account, protocol, address, device)
) STRICT, WITHOUT ROWID;
INSERT INTO new_sessions SELECT account, 'legacy', address, device, record FROM omemo_sessions;
DROP TABLE omemo_sessions;
ALTER TABLE new_sessions RENAME TO omemo_sessions;

CREATE TABLE new_lists (
  account  INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  protocol TEXT NOT NULL,
  address  TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (account, protocol, address)
) STRICT, WITHOUT ROWID;
INSERT INTO new_lists SELECT account, 'legacy', address, at FROM omemo_lists;
DROP TABLE omemo_lists;
ALTER TABLE new_lists RENAME TO omemo_lists;

ALTER TABLE omemo_prekeys ADD COLUMN protocol TEXT NOT NULL DEFAULT 'legacy';
ALTER TABLE omemo_signed_prekeys ADD COLUMN protocol TEXT NOT NULL DEFAULT 'legacy';

ALTER TABLE omemo_devices ADD COLUMN in_legacy INTEGER NOT NULL DEFAULT 0; -- is_active: in any list
ALTER TABLE omemo_devices ADD COLUMN in_omemo2 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE omemo_devices ADD COLUMN label TEXT;           -- counts only when label_signature is the device's own
ALTER TABLE omemo_devices ADD COLUMN label_signature BLOB;
UPDATE omemo_devices SET in_legacy = is_active;
`;
