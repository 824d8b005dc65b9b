/** Rooms with Gajim in them: see test/interop. */
import { playWith } from '../interop/play.ts';
import { rooms } from '../interop/plays.ts';

await playWith('Gajim', rooms);
