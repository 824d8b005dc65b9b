/** Ports of this machine: some that are free, and whether somebody answers on one. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** Ports on 127.0.0.1 that nobody used a moment ago; somebody else may take one before its user does. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await once(server.close(), 'close');
  return ports;
}

/** True when a connection to the port on 127.0.0.1 is accepted. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}

/** Asks every 25 ms; false when it is not so within the given milliseconds. */
export async function comesTrue(limit: number, isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + limit;
  while (performance.now() < deadline) {
    if (await isSo()) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}
