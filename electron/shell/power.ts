/**
 * Sleep, wake and changes of network, told to the engine as a nudge; and when the system locks its screen. Going to sleep closes nothing: the session is
 * resumed when the machine wakes up.
 */
import { networkInterfaces } from 'node:os';
import { net, powerMonitor } from 'electron';
import type { Log } from './log.ts';
import { compareLooks, describeNetwork, INTERVAL, type Look } from './network.ts';

/**
 * Watches until the program ends. After the program is ready.
 * @param lock called when the system locks its screen or goes to sleep; again when it wakes, for one that was too quick
 */
export function watchPower(nudge: (reason: 'network' | 'wake') => void, lock: () => void, log: Log): void {
  const look = (): Look => ({
    at: Date.now(),
    network: describeNetwork(net.isOnline(), networkInterfaces()),
  });
  let last = look();

  powerMonitor.on('suspend', () => {
    log('shell', 'suspend');
    lock();
  });
  powerMonitor.on('lock-screen', lock);
  powerMonitor.on('resume', () => {
    log('shell', 'resume');
    last = look();
    lock();
    nudge('wake');
  });
  // The network has no event here, and not every desktop tells of sleep.
  setInterval(() => {
    const now = look();
    const reason = compareLooks(last, now);
    last = now;
    if (reason !== undefined) nudge(reason);
  }, INTERVAL).unref();
}
