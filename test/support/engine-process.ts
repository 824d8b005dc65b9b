/**
 * An engine in a process of its own, so that it can be killed like one. Started by fork; speaks the contract over the
 * process channel. `WAXWING_KILL_AT=name:count` ends it by SIGKILL at that step of the unit of work.
 */
import { createEngine } from '../../electron/engine/engine.ts';
import { createTestHost, printLog } from './engine.ts';

const { WAXWING_PROFILE: profile, WAXWING_AUTHORITY: authority, WAXWING_KILL_AT: killAt } = process.env;
if (profile === undefined || process.send === undefined) throw new Error('meant to be forked by a test');

let [killName, killCount] = (killAt ?? ':0').split(':');
let passed = 0;

const engine = createEngine(
  createTestHost({
    profile,
    ...(authority !== undefined && { authority }),
    log: (area, event, data) => {
      if (area === 'account' && /^(online|closed)$/.test(event))
        process.send?.({ happened: { event, data } });
      if (process.env['WAXWING_TEST_LOG'] !== undefined) printLog(area, event, data);
    },
    step: (name) => {
      if (name !== killName) return;
      passed += 1;
      if (passed === Number(killCount)) process.kill(process.pid, 'SIGKILL');
    },
  }),
);

engine.onChange((batch) => process.send?.({ batch }));
interface Told {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
  readonly killAt?: string;
  readonly nudge?: 'network' | 'wake';
}

process.on('message', (message: Told) => {
  if (message.nudge !== undefined) {
    engine.nudge(message.nudge);
    return;
  }
  if (message.killAt !== undefined) {
    [killName, killCount] = message.killAt.split(':');
    passed = 0;
    return;
  }
  void engine.call(message.name, message.input).then((reply) => process.send?.({ id: message.id, reply }));
});
process.on('disconnect', () => process.exit(0));
void engine.start().then(() => process.send?.({ started: true }));
