// Compiles TypeScript to dist/, and the SIMD kernels to the WebAssembly beside it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

import { main as compileKernels } from 'assemblyscript/asc';

const { status } = spawnSync(process.execPath, [createRequire(import.meta.url).resolve('typescript/bin/tsc'), '--project', 'tsconfig.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const { error, stderr } = await compileKernels([
  'src/kernels/assembly/index.ts', '--outFile', 'dist/src/kernels/simd.wasm', '-O3', '--runtime', 'stub', '--noAssert',
  '--enable', 'simd', '--enable', 'threads', '--importMemory', '--sharedMemory', '--maximumMemory', '65536',
]);
if (error !== null) {
  console.error(stderr.toString());
  process.exit(1);
}
