/** The row of the screen lock. One for the whole profile; what opens it is told to nobody. */
import * as v from 'valibot';

export const lockSchema = v.strictObject({
  isOn: v.boolean(),
  /** Minutes without a key or the mouse after which it locks by itself; 0 when it never does. */
  after: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_440)),
  /** It locks when the system locks its own screen or goes to sleep. */
  withSystem: v.boolean(),
});
export type LockRow = v.InferOutput<typeof lockSchema>;
