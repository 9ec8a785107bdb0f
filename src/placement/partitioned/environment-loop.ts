import type { Environment } from '../../environment/environment.js';
import { InternalError } from '../../errors.js';
import { WORD } from '../../memory/control.js';
import { attachBookmark, commitPlace, enterPlace } from '../../replay/bookmark.js';
import { passEpisode, passStep, type Place } from '../../replay/place.js';
import { SLOT } from '../../replay/ring.js';
import type { Coroutine } from '../../schedule/work.js';
import { EPISODE_FIELDS, isRestPoint, MAX_STEPS_PER_COMMAND } from './run-layout.js';
import { createBlockingPort, type InferencePort } from './inference-port.js';
import type { PartitionContext } from './partition-context.js';

/** The thread that holds the environment: it shows observations to the input neurons and carries out the outputs. */
export interface EnvironmentLoop {
  /** Shows the current observation, at the start of a run, or where a host before it was killed. */
  begin(): void;
  /** True once it is time to act on what the outputs say. */
  isReady(): boolean;
  /** Seconds until it is ready; absent where that is for others to say. */
  readonly wakeDelay?: () => number;
  /** Takes down what the outputs say, at the moment that it is ready; `advance` carries that out. */
  latch(): void;
  /** False where going on is to finish the run, and takes no time. */
  willStep(): boolean;
  /** Goes on by one observation, or finishes the run; or by as many steps of a turn as there may be. */
  advance(): void;
  /** True where the run is paused before its next step; absent where it never is. */
  isHeld?(): boolean;
  /** True where a turn was cut short, and the rest of it takes no time; absent where that cannot be. */
  isMidRound?(): boolean;
}

/**
 * Carries a host through a run, beside the partition on its thread, and other hosts. One that was over when its host was killed is left as it is. In virtual
 * time there is a pause before a step begins and before it ends, and in the middle of a turn that was cut short.
 */
export function* runEnvironmentLoop(host: EnvironmentLoop, { control: { words }, layout: { settings: { virtual } } }: PartitionContext): Coroutine {
  const going = () => Atomics.load(words, WORD.finished) === 0;
  function* pause(): Coroutine {
    if (virtual !== undefined) yield 'pause';
  }
  if (going()) host.begin();
  while (going()) {
    if (!host.isReady()) {
      yield 'blocked';
      continue;
    }
    host.latch();
    yield* pause();
    if (host.willStep()) {
      yield 'step';
      yield* pause();
    }
    host.advance();
    while (virtual !== undefined && going() && host.isMidRound?.() === true) {
      yield 'pause';
      host.advance();
    }
  }
}

/** @returns says whether the run is to come to rest at environment step `step`: in virtual time only, and not where it has begun */
export function createRestPoints({ layout: { settings } }: PartitionContext): { begin(step: number): void; at(step: number): boolean } {
  let begun = -1;
  return {
    begin(step) {
      begun = step;
    },
    at: (step) => settings.virtual !== undefined && step > begun && isRestPoint(settings, step),
  };
}

/** Says that the run is over. */
export function finish({ control, notifyAll }: PartitionContext): void {
  Atomics.store(control.words, WORD.finished, 1);
  notifyAll();
}

/**
 * The training host: every transition goes to the replay, every ended episode to the list. The last observation of an
 * episode is shown and stored too, so that what a successor slot holds has always been through the network.
 *
 * All it knows lies in the arena. A host created anew goes on from there, however the one before it ended: what a step writes counts only once
 * the bookmark is committed, and to show an observation again changes nothing.
 */
export function createTrainingLoop(views: PartitionContext, environment: Environment, stage: InferencePort = createBlockingPort(views)): EnvironmentLoop {
  const { control: { words }, replay, layout, arena } = views;
  const { voltages } = stage.activations;
  const bookmark = attachBookmark(arena, environment.observationSpace.low.length);
  const episodes = arena.float64('episodes');
  const rests = createRestPoints(views);
  let place: Place | undefined;

  function listEpisode({ steps, episodes: episode, episodeReturn, length }: Place): void {
    const at = ((episode - 1) % MAX_STEPS_PER_COMMAND) * EPISODE_FIELDS;
    episodes[at] = steps;
    episodes[at + 1] = episodeReturn;
    episodes[at + 2] = length;
  }

  function takeStep(at: Place): void {
    const result = stage.step(environment, 0);
    replay.write(at.stored, voltages, layout.firstStochastic, result.reward, result.terminated ? SLOT.terminal : SLOT.transition);
    passStep(at, result);
    if (at.ended) listEpisode(at);
  }

  function startEpisode(at: Place): void {
    replay.write(at.stored, voltages, layout.firstStochastic, 0, SLOT.final);
    passEpisode(at, environment.reset());
  }

  const mayStep = ({ ended, steps }: Place) => ended || (steps < Atomics.load(words, WORD.stepLimit) && !rests.at(steps));

  return {
    begin() {
      place = enterPlace(bookmark, environment);
      rests.begin(place.steps);
      stage.begin(0);
      stage.submit(0, [place.observation]);
    },
    ...portOf(stage, 0),
    willStep: () => place !== undefined && mayStep(place),
    isHeld: () => place !== undefined && !mayStep(place) && !rests.at(place.steps),
    advance() {
      if (place === undefined) throw new InternalError('the host has not begun');
      if (!mayStep(place)) {
        finish(views);
        return;
      }
      if (place.ended) startEpisode(place);
      else takeStep(place);
      commitPlace(bookmark, environment, place);
      stage.submit(0, [place.observation]);
    },
  };
}

/** What a host of a group leaves to its stage. */
export function portOf(stage: InferencePort, group: number): Pick<EnvironmentLoop, 'isReady' | 'latch' | 'wakeDelay'> {
  return {
    isReady: () => stage.isReady(group),
    latch() {
      stage.latch(group);
    },
    ...(stage.wakeDelay && { wakeDelay: () => stage.wakeDelay?.(group) ?? Infinity }),
  };
}

/** The evaluating host: whole episodes from known seeds, on the first lane; nothing is stored. */
export interface EvaluationLoop extends EnvironmentLoop {
  /** Return of each episode that has ended. */
  returns(): readonly number[];
}

/**
 * The returns lie in the arena of the run, under the word `episodesEvaluated`. A host created anew goes on with the first episode that has not ended.
 *
 * @param seeds of the episodes, one each
 */
export function createEvaluationLoop(views: PartitionContext, environment: Environment, seeds: readonly number[], stage: InferencePort, returns: Float64Array): EvaluationLoop {
  const { words } = views.control;
  const ended = () => Atomics.load(words, WORD.episodesEvaluated);
  let episodeReturn = 0;

  /** Goes on to the next episode; stopped, it plays one at least. */
  function beginEpisode(): void {
    const episode = ended();
    if (episode === seeds.length || (episode > 0 && Atomics.load(words, WORD.stepLimit) === 0)) finish(views);
    else stage.submit(0, [environment.reset({ seed: seeds[episode] })]);
  }

  return {
    returns: () => [...returns.subarray(0, ended())],
    begin() {
      stage.begin(0);
      beginEpisode();
    },
    ...portOf(stage, 0),
    willStep: () => true,
    advance() {
      const { observation, reward, terminated, truncated } = stage.step(environment, 0);
      episodeReturn += reward;
      if (!terminated && !truncated) {
        stage.submit(0, [observation]);
        return;
      }
      returns[ended()] = episodeReturn;
      Atomics.add(words, WORD.episodesEvaluated, 1);
      episodeReturn = 0;
      beginEpisode();
    },
  };
}
