/** Encrypted with Gajim on the other side: see test/interop. */
import { playWith } from '../interop/play.ts';

await playWith('Gajim');
