/**
 * A device that shows another key remembers the one that it was trusted with, until the person decides; and the person
 * may not want to be asked about a device.
 */
export const earlierKeys = `
ALTER TABLE omemo_devices ADD COLUMN earlier_key BLOB;
ALTER TABLE omemo_devices ADD COLUMN earlier_trust TEXT;
ALTER TABLE omemo_devices ADD COLUMN is_dismissed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX omemo_devices_undecided ON omemo_devices (account, address, device)
  WHERE trust = 'undecided' AND is_active = 1;
`;
