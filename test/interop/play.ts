/** Plays all scenarios with one program as tests, in their order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programs } from './programs.ts';
import { readByServer, type Play } from './plays.ts';
import type { AnyStage } from './stage.ts';

/** To be awaited at the top of a test file. @param name of the program */
export async function playWith<OnStage extends AnyStage>(name: string, what: Play<OnStage>): Promise<void> {
  const program = programs.find((each) => each.name === name);
  if (program === undefined) throw new Error(`there is no program ${name}`);
  const obstacle = await program.obstacle();
  if (obstacle !== undefined) console.warn(`NOT PLAYED with ${name}: ${obstacle}`);

  describe.skipIf(obstacle !== undefined)(`${what.title} with ${name}`, () => {
    let stage: OnStage | undefined;
    beforeAll(async () => {
      stage = await what.open(program);
    }, 180_000);
    afterAll(async () => {
      await stage?.end();
    }, 60_000);

    for (const { name: scenario, play } of what.scenarios) {
      const reason = program.lacks[scenario];
      const run = async (): Promise<void> => {
        if (stage === undefined) throw new Error('there is no stage');
        await play(stage);
      };
      if (reason === undefined) it(scenario, run, 240_000);
      else console.log(`not played with ${name}: ${scenario} (${reason})`);
    }

    it('never let the server read along', () => {
      if (stage === undefined) throw new Error('there is no stage');
      expect(readByServer(stage, what)).toEqual([]);
      expect(stage.server.readLog()).toMatch(/eu\.siacs\.conversations\.axolotl|urn:xmpp:omemo:2/);
    });
  });
}
