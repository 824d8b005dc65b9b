import { measureThroughput } from './throughput.ts';
const rows = await measureThroughput({ isShort: false });
for (const r of rows) console.log(r.name, JSON.stringify(r.ours), JSON.stringify(r.floor));
process.exit(0);
