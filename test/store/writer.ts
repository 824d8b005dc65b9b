/** Commits accounts to a database until it is killed, and tells its parent after each. Started by fork. */
import { insertAccount } from '../../electron/store/accounts.ts';
import { openDatabase, transaction } from '../../electron/store/database.ts';
import { setSetting } from '../../electron/store/settings.ts';
import type { BareJid } from '../../shared/jid.ts';

const [, , file = '', key = ''] = process.argv;
const database = openDatabase(file, Buffer.from(key, 'hex'));
process.on('disconnect', () => process.exit(0));

function write(count: number): void {
  transaction(database, () => {
    insertAccount(database, {
      address: `account-${String(count)}@example` as BareJid,
      password: 'secret',
      resource: 'r',
      hue: 0,
      enabled: true,
      pins: [],
      scramSeen: false,
    });
    setSetting(database, 'last', count);
  });
  process.send?.(count);
  setImmediate(write, count + 1);
}
write(1);
