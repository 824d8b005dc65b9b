/** `npm run check`: everything that needs neither a server nor a window, in under two minutes. */
import { conclude } from './outcome.ts';
import { runSteps, staticChecks, tests } from './steps.ts';

conclude(await runSteps([tests('unit', ['unit', 'renderer']), ...staticChecks], 2));
