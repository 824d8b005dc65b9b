/** Rewrites a profile's key file until it is killed, and tells its parent after each time. Started by fork. */
import { renewRecoveryCode } from '../../electron/engine/vault.ts';

const [, , profile = '', key = ''] = process.argv;
process.on('disconnect', () => process.exit(0));
for (let count = 1; ; count += 1) {
  await renewRecoveryCode(profile, Buffer.from(key, 'hex'));
  process.send?.(count);
  await new Promise((resolve) => setImmediate(resolve));
}
