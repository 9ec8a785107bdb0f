import { ACTOR_LEARNER_METHODS, TRAINABLE, type Trainable } from '../src/entries/internals.js';
import { actorLearnerScenario } from './actor-learners.js';
import { actorLearnerStudy } from './actor-learner-study.js';
import { asyncVsSync } from './async-vs-sync.js';
import { certificate } from './certificate.js';
import { compare } from './compare.js';
import { decentralisedVsDdpg } from './decentralised-vs-ddpg.js';
import { batched } from './batched.js';
import { evaluate } from './evaluate.js';
import { leakyIntegrator } from './leaky-integrator.js';
import { lesion } from './lesion.js';
import { oscillation } from './oscillation.js';
import { rerun } from './rerun.js';
import type { Scenario } from './scenario.js';
import { singleScenario } from './single.js';
import { stragglers } from './stragglers.js';
import { studyScenario } from './study.js';
import { tabular } from './tabular.js';
import { train } from './train.js';
import { virtualCheck } from './virtual-check.js';

const scenarioOf = (trainable: Trainable): Scenario => (ACTOR_LEARNER_METHODS.some((name) => name === trainable.name) ? actorLearnerScenario(trainable) : singleScenario(trainable));

const known: Scenario[] = [
  train, ...TRAINABLE.slice(1).map(scenarioOf), rerun, evaluate, compare, certificate,
  studyScenario(decentralisedVsDdpg), studyScenario(asyncVsSync), studyScenario(stragglers), studyScenario(lesion), studyScenario(leakyIntegrator), studyScenario(virtualCheck), studyScenario(actorLearnerStudy),
  batched, oscillation, tabular,
];

/** Every scenario, the default first: a further one is one file and one line here. */
export const SCENARIOS: readonly Scenario[] = known;

/** Adds a scenario of the user's for this process. */
export function addScenario(scenario: Scenario): void {
  known.push(scenario);
}
