/** Rooms with Dino in them: see test/interop. */
import { playWith } from '../interop/play.ts';
import { rooms } from '../interop/plays.ts';

await playWith('Dino', rooms);
