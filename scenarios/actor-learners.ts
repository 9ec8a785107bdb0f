import { createActorLearners, killWorkersEvery, recordedActorLearnerOptions, resumeActorLearners, type Trainable } from '../src/entries/internals.js';
import type { ActorLearnerOptions } from '../src/index.js';
import { ALGORITHM, CHECKPOINTS, CONFIG, FINAL, KILLING, RECORD, RESUME } from './command-rows.js';
import { CHECKPOINT_EVERY } from './resumption.js';
import type { Scenario } from './scenario.js';
import { checkKilling, trainAndClose } from './training.js';

/** Environment steps of each actor between checkpoints in virtual time, which hold all rollouts under way. */
const STEPS_OF_ACTOR = 50;

/** Trains actor-learners by one method, and leaves the same run folder as neuron-agents do. */
export function actorLearnerScenario({ name, summary, table }: Trainable): Scenario {
  return {
    name,
    algorithm: name,
    summary,
    table,
    commands: [ALGORITHM, CONFIG, FINAL, CHECKPOINTS, RESUME, RECORD, KILLING],
    async run(input) {
      const options = { ...input.options, algorithm: name } as ActorLearnerOptions; // checked there
      const learners = await (input.resumption ? resumeActorLearners(input.resumption.checkpoint) : createActorLearners(input.record ? recordedActorLearnerOptions(options) : options));
      const { credit, schedule, time, workers, actors } = learners.settings;
      const endKilling = killWorkersEvery(learners, workers, input.killWorkerEvery);
      const rarer = time === 'virtual' && input.resumption === undefined && input.checkpointEvery === undefined;
      try {
        checkKilling(input, time);
        return await trainAndClose(learners, { scenario: name, algorithm: name, rule: name, credit, schedule, time, workers, measureStaleness: true }, rarer ? { ...input, checkpointEvery: Math.max(CHECKPOINT_EVERY, STEPS_OF_ACTOR * actors) } : input);
      } finally {
        await learners.close();
        endKilling();
      }
    },
  };
}
