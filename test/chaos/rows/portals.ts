/**
 * R16: the network becomes a captive portal under an account that was online, and lets go again. The portal is told
 * nothing that belongs to the account, it is named as what it is, and afterwards the account is back by itself.
 */
import { startTestEngine } from '../../support/engine.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { startPortals } from '../../support/portals.ts';
import { startProsody } from '../../support/prosody.ts';
import { startProxy } from '../../support/proxy.ts';
import { webNetwork } from '../../support/web-network.ts';
import { waitedForProcessor } from '../processor.ts';
import { percentile95, type Context, type Result, type Row } from '../frame.ts';

const NAME = 'juliet';
/** Milliseconds. */
const BACK_WITHIN = 5_000;

async function run({ count, note, random }: Context): Promise<Result> {
  const server = await startProsody({ accounts: [NAME], domain: 'a.test' });
  const portals = await startPortals();
  const proxy = await startProxy(server.ports.starttls, { random, keepsBytes: false });
  const network = webNetwork({ 5222: proxy.port });
  const folder = temporaryFolder('portal');
  const engine = await startTestEngine({ profile: folder.path, authority: server.authority, network });
  const { address, password } = server.account(NAME);
  const failures: string[] = [];
  const back: number[] = [];
  const lead = (ports: Readonly<Record<number, number>>): void => {
    network.ports.clear();
    for (const [from, to] of Object.entries(ports)) network.ports.set(Number(from), to);
    proxy.drop();
  };
  try {
    await engine.call('accounts.signIn', { address, password });
    const isOnline = (): boolean => engine.account().state === 'online';
    await engine.until(isOnline, 'online', 60_000);
    const kinds = Object.entries(portals.kinds);
    for (let index = 0; index < count; index += 1) {
      const [kind, ports] = kinds[index % kinds.length] ?? ['', {}];
      lead(ports);
      await engine.until(() => engine.account().problem?.code === 'portal', `${kind} is named`, 60_000);
      const since = Date.now();
      const waited = waitedForProcessor();
      lead({ 5222: proxy.port });
      await engine.until(isOnline, `online again after ${kind}`, 60_000);
      const took = Date.now() - since;
      const allowed = BACK_WITHIN + waitedForProcessor() - waited;
      note('back', { kind, took });
      back.push(took);
      if (took > allowed) failures.push(`${kind}: back after ${String(took)} ms`);
    }
  } catch (error) {
    failures.push(String(error));
  } finally {
    await engine.stop();
    await Promise.all([proxy.stop(), portals.stop(), server.stop()]);
    folder.remove();
  }
  const heard = portals.heard();
  const secrets = [NAME, password, 'SCRAM', 'PLAIN', '<auth'].flatMap((word) => [
    word,
    Buffer.from(word).toString('base64').replace(/=+$/, ''),
  ]);
  failures.push(...secrets.filter((secret) => heard.includes(secret)).map((secret) => `told: ${secret}`));
  return {
    tried: back.length,
    failures,
    figures: {
      'back within, p95': `${String(Math.round(percentile95(back)))} ms`,
      'bytes that the portals were told': heard.length,
    },
  };
}

export const portalRow: Row = { name: 'R16', title: 'captive portals', full: 30, short: 2, run };
