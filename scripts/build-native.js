// Compiles the native kernels for this machine, with its C compiler and the headers that came with Node: `npm run build:native`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SOURCE = 'src/kernels/native/kernels.c';
const TARGET = 'dist/src/kernels/native.node';

const candidates = [process.env.NODE_INCLUDE, join(dirname(process.execPath), '..', 'include', 'node'), '/usr/include/node'];
const headers = candidates.find((folder) => folder !== undefined && existsSync(join(folder, 'node_api.h')));
if (headers === undefined) {
  console.error(`node_api.h is not beside this Node (looked in ${candidates.filter(Boolean).join(', ')}): set NODE_INCLUDE to the folder that has it`);
  process.exit(1);
}
// Tuned for Zen, GCC takes fused multiply-adds apart where they follow one another: half the speed here.
const compiler = process.env.CC ?? 'cc';
const system = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared'];
mkdirSync(dirname(TARGET), { recursive: true });
const { status, error } = spawnSync(compiler, ['-O3', '-march=native', '-mtune=generic', '-fno-math-errno', '-fno-trapping-math', '-fPIC', '-Wall', '-Wno-unknown-pragmas', ...system, `-I${headers}`, SOURCE, '-o', TARGET, '-lm'], { stdio: 'inherit' });
if (error) console.error(`${compiler}: ${error.message}`);
if (status !== 0) process.exit(1);
console.log(`${TARGET} is built for this processor: --kernels native`);
