import cliProgress from 'cli-progress';
import colours from 'picocolors';

const { Format, SingleBar } = cliProgress; // CommonJS: Node cannot see its names

/** A progress bar on stderr; if that is not a terminal, a line every few seconds. */
export interface ProgressBar {
  update(step: number, runningReturn: number | null, episodes: number): void;
  stop(): void;
}

/**
 * @param label what is running, for example `Pendulum-v1 broadcast hogwild×2`
 * @param first step at which it begins
 */
export function createProgressBar(label: string, steps: number, first = 0): ProgressBar {
  const bar = new SingleBar({
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 5000,
    etaBuffer: 50,
    format: (options, parameters, payload) => {
      const { value, total } = parameters;
      const done = Format.BarFormat(parameters.progress, options);
      const { runningReturn, episodes, rate } = payload as BarPayload;
      const percent = `${Math.floor(parameters.progress * 100)}%`.padStart(4);
      return (
        `${colours.bold(label)} ${colours.cyan(done)}${percent} · ${value}/${total} steps · ` +
        `return ${colours.green(runningReturn)} · ${episodes} episodes · ${rate} steps/s`
      );
    },
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
  });
  const payload: BarPayload = { runningReturn: '–', episodes: 0, rate: '–' };
  const begin = performance.now();
  bar.start(steps, first, payload);
  return {
    update(step, runningReturn, episodes) {
      const rate = Math.round(((step - first) * 1000) / (performance.now() - begin));
      const shown: BarPayload = { runningReturn: runningReturn?.toFixed(1) ?? '–', episodes, rate: rate.toLocaleString('en') };
      bar.update(step, shown);
    },
    stop() {
      bar.stop();
    },
  };
}

interface BarPayload {
  runningReturn: string;
  episodes: number;
  rate: string;
}
