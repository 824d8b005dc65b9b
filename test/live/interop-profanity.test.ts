/** Encrypted with Profanity on the other side: see test/interop. */
import { playWith } from '../interop/play.ts';

await playWith('Profanity');
