/** Encrypted with Profanity on the other side: see test/interop. */
import { playWith } from '../interop/play.ts';
import { chats } from '../interop/plays.ts';

await playWith('Profanity', chats);
