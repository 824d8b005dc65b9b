/** Inside a namespace: leads 127.0.0.1:5222 to a socket in the file system, which is the same on both sides. */
import { connect, createServer } from 'node:net';

const bridge = process.argv[2];
if (bridge === undefined) throw new Error('which socket?');
createServer((client) => {
  const outside = connect(bridge);
  client.on('error', () => outside.destroy()).on('close', () => outside.destroy());
  outside.on('error', () => client.destroy()).on('close', () => client.destroy());
  client.pipe(outside).pipe(client);
}).listen(5222, '127.0.0.1');
