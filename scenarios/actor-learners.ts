import { createActorLearners, killWorkersEvery, recordedActorLearnerOptions, resumeActorLearners, wrongValue, type Trainable } from '../src/entries/internals.js';
import type { ActorLearnerOptions } from '../src/index.js';
import { ALGORITHM, CHECKPOINTS, CONFIG, FINAL, KILLING, RECORD, RESUME } from './command-rows.js';
import type { Scenario } from './scenario.js';
import { trainAndClose } from './training.js';

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
      if (input.killWorkerEvery > 0 && input.record) throw wrongValue('killWorkerEvery', '0 in a recorded run: a restarted worker cannot continue its log', input.killWorkerEvery);
      const learners = await (input.resumption ? resumeActorLearners(input.resumption.checkpoint) : createActorLearners(input.record ? recordedActorLearnerOptions(options) : options));
      const { credit, schedule, time, workers } = learners.settings;
      const endKilling = killWorkersEvery(learners, workers, input.killWorkerEvery);
      try {
        return await trainAndClose(learners, { scenario: name, algorithm: name, rule: name, credit, schedule, time, workers, measureStaleness: true }, input);
      } finally {
        endKilling();
      }
    },
  };
}
