import type { LineChart, LinePoint } from '../report/line-chart.js';
import type { Reference } from '../report/panels.js';
import type { IntervalChart } from '../report/interval-chart.js';
import type { Svg } from '../report/svg.js';
import type { Table } from '../report/table.js';
import type { OptionTable } from '../options/table.js';
import type { Options } from './algorithm.js';
import type { Estimate } from './estimate.js';
import type { EvaluationPlan, TrialResult } from './trial.js';

/** One way of learning that a study compares with others. A study adds facts of its own, which its rows then carry. */
export interface Arm {
  /** Its name in tables and pictures. Trials with the same label form one row. */
  readonly label: string;
  /** A rule, another algorithm that can be trained, such as `ddpg` or `a3c`, or the path of a module of the user's. */
  readonly algorithm: string;
  /** Differences from the settings that the algorithm ships with for the task. */
  readonly options?: Options;
  /** Seeds of its trials; 1, 2, … unless given. */
  readonly seeds?: readonly number[];
  /** Number of a repetition, for trials that do not repeat themselves exactly. */
  readonly repeat?: number;
  /** Environment steps and evaluations, if they differ from the study's. */
  readonly steps?: number;
  readonly evaluation?: EvaluationPlan;
  /** True for trials that other rows use and that have no row of their own. */
  readonly auxiliary?: boolean;
}

/** What all trials of a study have in common. */
export interface TrialPlan {
  readonly environments: readonly string[];
  readonly seeds: number;
  /** Environment steps; null: as many as each task ships with. */
  readonly steps: number | null;
  /** Hidden layers; null: those that each algorithm ships with. */
  readonly hidden: readonly number[] | null;
  /** Environment steps between two evaluations, null: a twentieth of the steps; episodes of each, and of the last. */
  readonly evaluation: { readonly every: number | null; readonly episodes: number; readonly final: number };
}

/** The part of a row that every study has. */
export interface BaseRow {
  readonly environment: string;
  readonly label: string;
  readonly algorithm: string;
  /** Environment steps of each trial. */
  readonly steps: number;
  /** Trials with a return, trials that failed, and those of them that diverged. */
  readonly seeds: number;
  readonly failures: number;
  readonly diverged: number;
  /** Mean return of the final evaluation; null without a trial that counts. */
  readonly returns: Estimate | null;
  /** Of the random policy on the same episodes. */
  readonly randomReturn: number | null;
}

/** A row of the results: an arm on a task, its facts, and the numbers of the study. */
export type Row<A extends Arm = Arm, Own extends object = object> = BaseRow & Omit<A, keyof Arm> & Own;

/** The trials of one arm on one task, from which a row is computed. */
export interface ArmResults<Settings, A extends Arm> {
  readonly settings: Settings;
  readonly arm: A;
  readonly environment: string;
  readonly results: readonly TrialResult[];
  /** Those without a failure. */
  readonly finished: readonly TrialResult[];
  /** Trials on the same task of the arms that match. */
  readonly others: (matches: (arm: A) => boolean) => readonly TrialResult[];
  /** Final mean return of a trial; undefined for one that does not count. */
  readonly returnOf: (result: TrialResult) => number | undefined;
  /** A number of each finished trial, over seeds; trials without it are left out. */
  readonly estimate: (number: (result: TrialResult) => number | null | undefined) => Estimate | null;
  /** A number of two trials from the same seed, over seeds. */
  readonly paired: (others: readonly TrialResult[], number: (own: TrialResult, other: TrialResult) => number | null | undefined) => Estimate | null;
  /** The return less that of the arms that match, from the same seed, over seeds. */
  readonly gainOver: (matches: (arm: A) => boolean) => Estimate | null;
}

/** The results of a study so far. */
export interface Report<Settings, R, Measured = unknown> {
  readonly settings: Settings;
  /** One for each arm and task with a result. */
  readonly rows: readonly R[];
  /** All arms and tasks with their trials, those without a result too. */
  readonly entries: readonly { readonly row: R; readonly results: readonly TrialResult[] }[];
  readonly results: readonly TrialResult[];
  /** Result of the study's own measurement; undefined without one. */
  readonly measured: Measured | undefined;
}

/** A column: its name, and a row's cell. */
export type StudyColumn<R> = readonly [name: string, cell: (row: R) => string];

/** A table, one row of it for each row of the results. */
export interface StudyTable<R> {
  readonly title: string;
  readonly note?: string;
  /** The rows in it; all unless given. */
  readonly rows?: readonly R[];
  /** Columns of words, on the left, and of numbers. */
  readonly names: readonly StudyColumn<R>[];
  readonly numbers: readonly StudyColumn<R>[];
}

interface Mark {
  /** Title of the panel that it is drawn in; one panel for all unless given. */
  readonly panel?: string;
  /** Marks with the same name have one colour. */
  readonly name: string;
  readonly references?: readonly Reference[];
}

interface FigureNames {
  /** File name of the picture, without `.svg`. */
  readonly file: string;
  /** Heading on the page; the chart's title unless given. */
  readonly heading?: string;
  readonly paragraph?: string;
}

/** Lines: learning curves, or an estimate against a number. */
export interface LineFigure<R> extends FigureNames, Omit<LineChart, 'panels'> {
  readonly lines: (row: R, results: readonly TrialResult[]) => readonly (Mark & { readonly points: readonly LinePoint[] })[];
}

/** Estimates with their intervals, one below the other. */
export interface IntervalFigure<R> extends FigureNames, Omit<IntervalChart, 'panels'> {
  readonly bars: (row: R, results: readonly TrialResult[]) => readonly (Mark & { readonly estimate: Estimate | null })[];
}

/** A picture that is drawn already. */
export interface DrawnFigure extends FigureNames {
  readonly heading: string;
  readonly picture: Svg;
}

export type Figure<R> = LineFigure<R> | IntervalFigure<R> | DrawnFigure;

/** A measurement that follows the trials. Its result lies in a file of the study's folder and is not measured again. */
export interface Measurement<Settings, R, Measured> {
  readonly file: string;
  /** True for a result that was kept in the file and is still valid. */
  isKnown(data: unknown, report: Report<Settings, R, never>): data is Measured;
  run(report: Report<Settings, R, never>, signal: AbortSignal): Promise<Measured | undefined>;
  /** True if the result file holds it too. */
  readonly inResult?: boolean;
}

/** A study as it is declared: options, arms, numbers, and how they are shown. */
export interface StudyDefinition<S extends object, A extends Arm, Own extends object, Measured> {
  readonly name: string;
  /** Names that it had before: refused with the present one. */
  readonly formerly?: readonly string[];
  /** One line for `--list`. */
  readonly summary: string;
  readonly title: string;
  /** The question that it answers, in a sentence or two. */
  readonly question: string;
  /** One line: what is compared, on which task, over how many seeds. */
  describe?(settings: S): string;
  /** Changes of the plan that the options `environment`, `seeds`, `steps`, `network.hidden` and `evaluation` give. */
  plan?(settings: S): Partial<TrialPlan>;
  /** Trials at a time; the caller's choice unless given. */
  readonly parallel?: number;
  /** Counts a trial that diverged with the random policy's return. Otherwise only finished trials count. */
  readonly divergedAsRandom?: boolean;
  arms(settings: S): readonly A[];
  /** The numbers of a row besides those of `BaseRow`. */
  row?(results: ArmResults<S, A>): Own;
  /** Arms that depend on the results of the first, once all of these have ended; and how many trials they have. */
  readonly following?: {
    trials(settings: S): number;
    arms(report: Report<S, Row<A, Own>>): readonly A[];
  };
  readonly measure?: Measurement<S, Row<A, Own>, Measured>;
  tables?(report: Report<S, Row<A, Own>, Measured>): readonly (StudyTable<Row<A, Own>> | OtherTable)[];
  /** The first is the page's main picture. */
  figures?(report: Report<S, Row<A, Own>, Measured>): readonly Figure<Row<A, Own>>[] | Promise<readonly Figure<Row<A, Own>>[]>;
  /** What was found: one sentence for each question. */
  findings?(report: Report<S, Row<A, Own>, Measured>): readonly string[];
  /** Paragraphs below the tables. */
  readonly howToRead?: readonly string[];
  /** How it was compared, in paragraphs. */
  method?(settings: S): readonly string[];
  /** Labels of the arms of which the page lists the settings; all unless given. */
  shown?(report: Report<S, Row<A, Own>, Measured>): readonly string[];
}

/** A table of something else than rows. */
export interface OtherTable {
  readonly title: string;
  readonly note?: string;
  readonly table: Table;
}

/** A study that can be run. */
export interface Study<S extends object = object, A extends Arm = Arm, Own extends object = object, Measured = unknown> extends StudyDefinition<S, A, Own, Measured> {
  readonly table: OptionTable<S>;
  /** Checks options and fills in defaults. @throws TypeError or RangeError naming the option, what was expected and what came */
  readonly resolve: (given?: object) => S;
}
