// Compiles TypeScript to dist/, and what is written in AssemblyScript to the WebAssembly beside it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

import { main as compileAssembly } from 'assemblyscript/asc';

const { status } = spawnSync(process.execPath, [createRequire(import.meta.url).resolve('typescript/bin/tsc'), '--project', 'tsconfig.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

/** @param {string} source @param {string} target @param {string[]} features */
async function compile(source, target, features = []) {
  const enabled = ['simd', 'threads', ...features].flatMap((feature) => ['--enable', feature]);
  const { error, stderr } = await compileAssembly([source, '--outFile', target, '-O3', '--runtime', 'stub', '--noAssert', ...enabled, '--importMemory', '--sharedMemory', '--maximumMemory', '65536']);
  if (error === null) return;
  console.error(stderr.toString());
  process.exit(1);
}

await compile('src/kernels/assembly/index.ts', 'dist/src/kernels/simd.wasm');
await compile('src/kernels/assembly/index.ts', 'dist/src/kernels/relaxed.wasm', ['relaxed-simd']);
await compile('bench/assembly/limits.ts', 'dist/bench/limits.wasm');
