/**
 * `npm run check`: everything that needs neither a server nor a window, in under two minutes on two cores. Static checks
 * do not look again at what cannot have changed, and repeating tests try less often than in `npm test`.
 */
import { conclude } from './outcome.ts';
import { runSteps, staticChecks, tests } from './steps.ts';

conclude(await runSteps([tests('unit', ['unit', 'renderer']), ...staticChecks()], 2));
