import type { Environment } from '../environment/environment.js';
import { WORD } from '../memory/control.js';
import { SLOT } from '../replay/ring.js';
import type { Coroutine } from '../schedule/turn.js';
import { EPISODE_FIELDS, SLICE_STEPS } from './plan.js';
import type { Views } from './views.js';

/** The thread that holds the environment: it shows observations to the input neurons and carries out the outputs. */
export interface Host {
  /** Shows the current observation, at the start of a run. */
  begin(): void;
  /** True once the outputs have answered the observation shown. */
  ready(): boolean;
  /** Goes on by one observation, or finishes the run. */
  advance(): void;
}

/** Carries a host through a run, beside the partition on its thread. */
export function* runHost(host: Host, { control: { words } }: Views): Coroutine {
  host.begin();
  while (Atomics.load(words, WORD.finished) === 0) {
    if (host.ready()) {
      yield 'step';
      host.advance();
    } else yield 'blocked';
  }
}

/** Shows `observation` as the next one: all partitions may compute their voltages for it. */
function present({ plan, control, actingBoard, bell }: Views, observation: ArrayLike<number>): void {
  plan.encoder.encode(observation, actingBoard.voltages);
  Atomics.add(control.words, WORD.clock, 1);
  bell.ring();
}

function answered({ plan, control }: Views): boolean {
  return control.progress.least() >= Atomics.load(control.words, WORD.clock) * plan.topology.ticks.length;
}

function act({ plan, actingBoard }: Views, environment: Environment) {
  const { begin, end } = plan.topology.outputs;
  return environment.step(plan.decoder.decode(actingBoard.voltages.subarray(begin, end)));
}

function finish({ control, bell }: Views): void {
  Atomics.store(control.words, WORD.finished, 1);
  bell.ring();
}

/**
 * The training host: every transition goes to the replay, every ended episode to the list. The last observation of an
 * episode is shown and stored too, so that what a successor slot holds has always been through the network.
 */
export function createTrainingHost(views: Views, environment: Environment): Host {
  const { control: { words }, replay, actingBoard: { voltages }, plan, arena } = views;
  const episodes = arena.float64('episodes');
  let observation: ArrayLike<number> = environment.reset();
  let ended = false; // the observation shown is the last of its episode
  let episodeReturn = 0;
  let length = 0;

  function recordEpisode(step: number): void {
    const episode = Atomics.load(words, WORD.episodes);
    const at = (episode % SLICE_STEPS) * EPISODE_FIELDS;
    episodes[at] = step;
    episodes[at + 1] = episodeReturn;
    episodes[at + 2] = length;
    Atomics.store(words, WORD.episodes, episode + 1);
    episodeReturn = 0;
    length = 0;
  }

  function takeStep(): void {
    const { observation: next, reward, terminated, truncated } = act(views, environment);
    replay.append(voltages, plan.firstExplorer, reward, terminated ? SLOT.terminal : SLOT.transition);
    episodeReturn += reward;
    length += 1;
    const step = Atomics.load(words, WORD.steps) + 1;
    ended = terminated || truncated;
    if (ended) recordEpisode(step);
    observation = next;
    Atomics.store(words, WORD.steps, step);
  }

  function startEpisode(): void {
    replay.append(voltages, plan.firstExplorer, 0, SLOT.final);
    observation = environment.reset();
    ended = false;
  }

  return {
    begin() {
      present(views, observation);
    },
    ready: () => answered(views),
    advance() {
      if (ended) startEpisode();
      else if (Atomics.load(words, WORD.steps) < Atomics.load(words, WORD.until)) takeStep();
      else {
        finish(views);
        return;
      }
      present(views, observation);
    },
  };
}

/** The evaluating host: whole episodes from known seeds, nothing is stored. */
export interface EvaluationHost extends Host {
  /** Return of each episode. */
  readonly returns: readonly number[];
}

/** @param seeds of the episodes, one each */
export function createEvaluationHost(views: Views, environment: Environment, seeds: readonly number[]): EvaluationHost {
  const { words } = views.control;
  const returns: number[] = [];
  let observation: ArrayLike<number> = environment.reset({ seed: seeds[0] });
  let episodeReturn = 0;
  return {
    returns,
    begin() {
      present(views, observation);
    },
    ready: () => answered(views),
    advance() {
      const step = act(views, environment);
      episodeReturn += step.reward;
      observation = step.observation;
      if (step.terminated || step.truncated) {
        returns.push(episodeReturn);
        episodeReturn = 0;
        if (returns.length === seeds.length || Atomics.load(words, WORD.until) === 0) {
          finish(views);
          return;
        }
        observation = environment.reset({ seed: seeds[returns.length] });
      }
      present(views, observation);
    },
  };
}
