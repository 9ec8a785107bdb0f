/** Draws from a replay, and changes of its priorities, against the size of its sum tree. */
import { createArena } from '../src/memory/arena.js';
import { controlBlocks } from '../src/memory/control.js';
import { createStream } from '../src/random/stream.js';
import { attachSumTree, sumTreeBlock } from '../src/replay/sum-tree.js';
import { describeLoad, scaled, spread, takeTurns, tell, type Contender, type Effort, type Section, type SectionResult } from './measure.js';

const DRAWS = 512;
const SIZES = [10_000, 100_000, 1_000_000] as const;

/** A stratified minibatch of draws, and one of changes in random places. */
function contendersOf(leaves: number): Contender[] {
  const arena = createArena([...controlBlocks(1), sumTreeBlock('tree', leaves)]);
  const tree = attachSumTree(arena, 'tree', leaves);
  const stream = createStream(1, 'bench');
  const numbers = arena.float64('tree');
  for (let leaf = 0; leaf < leaves; leaf += 1) numbers[leaf] = stream.uniform();
  tree.rebuild();
  const masses = new Float64Array(DRAWS);
  const found = new Int32Array(DRAWS);
  const uniforms = Float64Array.from({ length: 64 * DRAWS }, () => stream.uniform());
  let at = 0;
  return [
    {
      name: `${DRAWS} draws from ${leaves.toLocaleString('en')}`,
      run() {
        const range = tree.total() / DRAWS;
        at = (at + DRAWS) % uniforms.length;
        for (let draw = 0; draw < DRAWS; draw += 1) masses[draw] = (draw + uniforms[at + draw]) * range;
        tree.find(masses, found);
      },
    },
    {
      name: `${DRAWS} changes in ${leaves.toLocaleString('en')}`,
      run() {
        at = (at + DRAWS) % uniforms.length;
        for (let change = 0; change < DRAWS; change += 1) tree.set(Math.floor(uniforms[at + change] * leaves), uniforms[at + DRAWS - 1 - change]);
      },
    },
  ];
}

export const replaySection: Section = {
  name: 'replay',
  effort: { repeats: 15, seconds: 0.05 },
  measure(effort: Effort): Promise<SectionResult> {
    const contenders = SIZES.flatMap(contendersOf);
    const times = takeTurns(contenders, effort).map((each) => scaled(spread(each), 1e6));
    return Promise.resolve({
      tables: [{
        title: `the sum tree of prioritised replay: microseconds of a minibatch, ${describeLoad()}`,
        table: { columns: [{ name: '' }, { name: 'µs', numeric: true }], rows: contenders.map(({ name }, i) => [name, tell(times[i], 1)]) },
      }],
      measurements: contenders.map(({ name }, i) => ({ section: 'replay', name, unit: 'µs', better: 'less', ...times[i] })),
    });
  },
};
