import cliProgress, { type SingleBar } from 'cli-progress';
import colours from 'picocolors';

import { mean } from '../telemetry/statistics.js';
import { describeSeconds, type TrialEstimate } from './duration.js';
import type { TrialObserver } from './pool.js';
import type { Trial, TrialProgress, TrialResult } from './trial.js';

const { Format, MultiBar } = cliProgress; // CommonJS: Node cannot see its names

/** Milliseconds between two lines without a terminal. */
const LINE_INTERVAL = 10_000;

export interface StudyProgress extends TrialObserver {
  stop(): void;
}

/**
 * Shows the progress of a study on stderr: on a terminal one bar for each running trial and one for all; elsewhere a line for each trial
 * that ends, and one every ten seconds.
 *
 * @param trials those that are to run
 * @param estimate weighs them, so that the whole moves evenly
 */
export function createStudyProgress(trials: readonly Trial[], estimate: TrialEstimate): StudyProgress {
  const tally = createTally(trials, estimate);
  return process.stderr.isTTY ? createBars(trials, tally) : createLines(tally);
}

/** How far the study is. */
interface Tally extends TrialObserver {
  /** Share of the work that is done, from 0 to 1. */
  share(): number;
  /** `3/25 trials · about 5 min left` */
  describe(): string;
}

function createTally(trials: readonly Trial[], estimate: TrialEstimate): Tally {
  const whole = trials.reduce((sum, trial) => sum + estimate(trial), 0);
  const running = new Map<Trial, number>(); // steps taken
  const begin = performance.now();
  let ended = 0;
  let done = 0;
  const share = () => [...running].reduce((sum, [trial, step]) => sum + (estimate(trial) * step) / trial.steps, done) / whole;
  const end = (trial: Trial) => {
    ended += 1;
    done += estimate(trial);
    running.delete(trial);
  };
  return {
    started: (trial) => void running.set(trial, 0),
    progress: (trial, { step }) => void running.set(trial, step),
    abandoned: end,
    finished: ({ trial }) => { end(trial); },
    share,
    describe() {
      const seconds = (performance.now() - begin) / 1000;
      const left = share() < 0.01 ? '' : ` · about ${describeSeconds((seconds * (1 - share())) / share())} left`;
      return `${ended}/${trials.length} trials${left}`;
    },
  };
}

/** `Pendulum-v1 broadcast seed 2` */
function describeTrial({ environment, label, seed }: Trial): string {
  return `${environment} ${label} seed ${seed}`;
}

function describeResult({ trial, failure, returns, seconds }: TrialResult): string {
  const outcome = failure === null ? `mean return ${colours.green(mean(returns).toFixed(1))}` : colours.red(failure.message);
  return `${describeTrial(trial)}: ${outcome} (${seconds.toFixed(1)} s of training)`;
}

function createLines(tally: Tally): StudyProgress {
  const print = (line: string) => process.stderr.write(`${line}\n`);
  const timer = setInterval(() => print(`${Math.floor(tally.share() * 100)}% · ${tally.describe()}`), LINE_INTERVAL);
  return {
    ...tally,
    finished(result) {
      tally.finished(result);
      print(`${describeResult(result)} · ${tally.describe()}`);
    },
    stop() {
      clearInterval(timer);
    },
  };
}

const ALL = 'all trials';

function createBars(trials: readonly Trial[], tally: Tally): StudyProgress {
  const bars = new MultiBar({
    stream: process.stderr,
    gracefulExit: false, // Ctrl-C is the scenario's
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    format(options, { progress }, payload) {
      const { label, words } = payload as BarPayload;
      return `${colours.bold(label)} ${colours.cyan(Format.BarFormat(progress, options))}${`${Math.floor(progress * 100)}%`.padStart(4)} · ${words}`;
    },
  });
  const running = new Map<Trial, SingleBar>();
  const width = Math.max(ALL.length, ...trials.map((trial) => describeTrial(trial).length)); // bars begin below one another
  const payloadOf = (label: string, words: string): BarPayload => ({ label: label.padEnd(width), words });
  const whole = bars.create(1, 0, payloadOf(ALL, tally.describe()));
  const look = () => { whole.update(tally.share(), payloadOf(ALL, tally.describe())); };
  const remove = (trial: Trial) => {
    const bar = running.get(trial);
    if (bar !== undefined) bars.remove(bar);
    running.delete(trial);
    look();
  };
  const stop = () => { bars.stop(); };
  process.once('exit', stop); // a second Ctrl-C: leaves the terminal as it was
  return {
    started(trial) {
      tally.started(trial);
      running.set(trial, bars.create(trial.steps, 0, payloadOf(describeTrial(trial), 'starting')));
    },
    progress(trial, progress) {
      tally.progress(trial, progress);
      running.get(trial)?.update(progress.step, payloadOf(describeTrial(trial), describeProgress(trial, progress)));
      look();
    },
    abandoned(trial) {
      tally.abandoned(trial);
      remove(trial);
    },
    finished(result) {
      tally.finished(result);
      bars.log(`${describeResult(result)}\n`);
      remove(result.trial);
    },
    stop() {
      process.off('exit', stop);
      stop();
    },
  };
}

interface BarPayload {
  readonly label: string;
  readonly words: string;
}

function describeProgress({ steps }: Trial, { step, runningReturn }: TrialProgress): string {
  return `${step}/${steps} steps · return ${runningReturn?.toFixed(1) ?? '–'}`;
}
