/** After each file of the live tests: what its way needed ends, and it is asked whether a name was looked up. */
import { afterAll } from 'vitest';
import { endWays } from './way.ts';

afterAll(endWays);
