import { attachCursorStore, firstState, type Totals } from '../../environment/cursor-store.js';
import type { EnvironmentGroup } from '../../environment/cursor.js';
import type { Environment } from '../../environment/environment.js';
import { createEnvironmentLoop, type EnvironmentLoop, type LoopSink } from '../../environment/loop.js';
import { WORD } from '../../memory/control.js';
import { createReplaySink } from '../../replay/replay-sink.js';
import { SLOT } from '../../replay/ring.js';
import type { Coroutine } from '../../schedule/work.js';
import { attachEpisodeList } from './episode-list.js';
import { createBlockingPort, type InferencePort } from './inference-port.js';
import type { PartitionContext } from './partition-context.js';
import { isRestPoint, type RunLayout } from './run-layout.js';

/** The task of a group of environments: it submits their observations to the network and carries out the actions. */
export interface EnvironmentTask {
  /** Submits the current observations: at the start of a command, or in place of a task whose thread has died. */
  begin(): void;
  /** True once it is time to act. */
  isReady(): boolean;
  /** Seconds until it is ready; undefined if that depends on other tasks. */
  readonly wakeDelay?: () => number;
  /** Takes the outputs as they are now; `advance` carries out the actions. */
  latch(): void;
  /** False if `advance` would only end the run, which takes no time. */
  willStep(): boolean;
  /** Answers the latched observations, as many as the step limit allows, or ends the run. */
  advance(): void;
  /** True if the run is paused before its next step. */
  isHeld?(): boolean;
  /** True if the step limit has cut a round of the group short. */
  isMidRound?(): boolean;
}

/**
 * Runs an environment task through a command, beside its partition and other environment tasks. A task that had ended when its thread died stays ended. In
 * virtual time there is a pause before a step begins and before it ends, and in the middle of a round that was cut short.
 */
export function* runEnvironmentTask(task: EnvironmentTask, { control: { words }, layout: { settings: { virtual } } }: Pick<PartitionContext, 'control' | 'layout'>): Coroutine {
  if (isRunning(words)) task.begin();
  while (isRunning(words)) {
    if (!task.isReady()) {
      yield 'blocked';
      continue;
    }
    task.latch();
    if (virtual !== undefined) yield 'pause';
    if (task.willStep()) {
      yield 'step';
      if (virtual !== undefined) yield 'pause';
    }
    task.advance();
    while (virtual !== undefined && isRunning(words) && task.isMidRound?.() === true) {
      yield 'pause';
      task.advance();
    }
  }
}

function isRunning(words: Int32Array): boolean {
  return Atomics.load(words, WORD.finished) === 0;
}

/** @returns whether a run in virtual time comes to rest at environment step `step`; not where the command has begun */
function createRestPoints({ settings }: RunLayout): { begin(step: number): void; includes(step: number): boolean } {
  let begun = -1;
  return {
    begin(step) {
      begun = step;
    },
    includes: (step) => settings.virtual !== undefined && step > begun && isRestPoint(settings, step),
  };
}

function endRun({ control, notifyAll }: Pick<PartitionContext, 'control' | 'notifyAll'>): void {
  Atomics.store(control.words, WORD.finished, 1);
  notifyAll();
}

/**
 * The training tasks, one for each group of environments. All of a group's environments are answered together and stepped in order; groups share the
 * replay and the count of steps. A round that the step limit interrupts continues at the next command.
 *
 * All state is in the arena: a step counts once the cursors are committed, and submitting an observation again changes nothing.
 *
 * @param environments all of them, in order
 */
export function createTrainingTasks(context: PartitionContext, environments: readonly Environment[], port: InferencePort = createBlockingPort(context)): EnvironmentTask[] {
  const { control: { words }, replay, layout, arena } = context;
  const { firstStochastic } = layout;
  const { voltages, lanes } = port.activations;
  const store = attachCursorStore(arena, layout.groups, environments[0].observationSpace.low.length, environments.length === 1 ? undefined : (...link) => { replay.link(...link); });
  const addEpisode = attachEpisodeList(arena);
  const rests = createRestPoints(layout);
  const totals: Totals = { stored: 0, steps: 0, episodes: 0 }; // of all environments, the steps of the current round among them

  /**
   * One environment submits its last observations: online rules read the voltages sampled in them. Of several, whose rules draw minibatches, a last observation
   * is only stored: no partition has to answer it, and the environments of a group stay in step.
   */
  const lastObservation = environments.length === 1 ? 'submit' : 'store';
  const last = new Float32Array(layout.topology.neurons);

  const counting: LoopSink = {
    onStep() {
      totals.steps += 1;
    },
    onEpisode({ episodeReturn, length }) {
      addEpisode(totals.episodes, totals.steps, episodeReturn, length);
      totals.episodes += 1;
    },
  };

  function createLoop(environment: Environment, lane: number): EnvironmentLoop {
    const storing = createReplaySink(
      totals,
      (slot, reward, kind) => { replay.write(slot, voltages, firstStochastic, reward, kind, lanes, lane); },
      lastObservation === 'submit' ? undefined : (slot, observation) => {
        layout.encoder.encode(observation, last);
        replay.write(slot, last, firstStochastic, 0, SLOT.final);
      },
    );
    return createEnvironmentLoop({ environment, act: () => port.step(environment, lane), lastObservation, sinks: [storing, counting] });
  }

  function createTask({ begin, end }: EnvironmentGroup, group: number): EnvironmentTask {
    const size = end - begin;
    const own = environments.slice(begin, end);
    const loops = own.map((environment, i) => createLoop(environment, begin + i)); // for all commands: compiled code is for the closures that it has met
    const cursors = loops.map(({ cursor }) => cursor);

    function submit(): void {
      port.submit(group, cursors.map(({ observation }) => observation));
    }

    /** The next environments of the group to step: all but those stepped before the last step limit, and those beyond the next. */
    function nextSteps(): { readonly first: number; readonly count: number } {
      if (lastObservation === 'submit' && cursors[0].ended) return { first: 0, count: 1 }; // it takes no step
      const first = size === 1 ? 0 : cursors.reduce((sum, { steps }) => sum + steps, 0) % size;
      const { steps } = store.totals();
      return { first, count: rests.includes(steps) ? 0 : Math.min(size - first, Atomics.load(words, WORD.stepLimit) - steps) };
    }

    return {
      begin() {
        store.restore(group, own, cursors);
        rests.begin(store.totals().steps);
        port.begin(group);
        submit();
      },
      ...portOf(port, group),
      willStep: () => nextSteps().count > 0,
      isHeld: () => nextSteps().count <= 0 && !rests.includes(store.totals().steps),
      isMidRound: () => nextSteps().first > 0,
      advance() {
        const { first, count } = nextSteps();
        if (count <= 0) {
          endRun(context);
          return;
        }
        const committed = store.totals();
        [totals.stored, totals.steps, totals.episodes] = [committed.stored, committed.steps, committed.episodes];
        for (let i = first; i < first + count; i += 1) {
          loops[i].advance();
          cursors[i].state = own[i].getState();
        }
        store.commit(group, cursors);
        if (first + count < size) return; // nothing is submitted before all have stepped
        context.onGroupStepped(group);
        submit();
      },
    };
  }

  return layout.groups.map(createTask);
}

/** The members of a task that its port decides. */
function portOf(port: InferencePort, group: number): Pick<EnvironmentTask, 'isReady' | 'latch' | 'wakeDelay'> {
  return {
    isReady: () => port.isReady(group),
    latch() {
      port.latch(group);
    },
    ...(port.wakeDelay && { wakeDelay: () => port.wakeDelay?.(group) ?? Infinity }),
  };
}

/** The evaluation task: whole episodes from known seeds, on the first lane; nothing is stored. */
export interface EvaluationTask extends EnvironmentTask {
  /** Return of each episode that has ended. */
  returns(): readonly number[];
}

/**
 * A task created in place of another continues with the first episode that has not ended, by the word `episodesEvaluated`.
 *
 * @param seeds of the episodes
 * @param returns in the arena of the run
 */
export function createEvaluationTask(context: Pick<PartitionContext, 'control' | 'notifyAll'>, environment: Environment, seeds: readonly number[], port: InferencePort, returns: Float64Array): EvaluationTask {
  const { words } = context.control;
  const ended = () => Atomics.load(words, WORD.episodesEvaluated);
  const loop = createEnvironmentLoop({ environment, act: () => port.step(environment, 0), lastObservation: 'stop' });

  function submit(): void {
    port.submit(0, [loop.cursor.observation]);
  }

  /** Starts the next episode; if the evaluation is stopped, only the first. */
  function beginEpisode(): void {
    const episode = ended();
    if (episode === seeds.length || (episode > 0 && Atomics.load(words, WORD.stepLimit) === 0)) {
      endRun(context);
      return;
    }
    loop.reset(seeds[episode]);
    submit();
  }

  return {
    returns: () => [...returns.subarray(0, ended())],
    begin() {
      port.begin(0);
      beginEpisode();
    },
    ...portOf(port, 0),
    willStep: () => true,
    advance() {
      if (!loop.advance()) {
        submit();
        return;
      }
      returns[ended()] = loop.cursor.episodeReturn;
      Atomics.add(words, WORD.episodesEvaluated, 1);
      beginEpisode();
    },
  };
}

/** The state in which training has left the first environment: it holds the gains of the observation traces. */
export function trainedState({ layout: { groups, observations }, arena }: Pick<PartitionContext, 'layout' | 'arena'>): ArrayLike<number> | 'untrained' {
  return firstState(arena, groups, observations) ?? 'untrained';
}
