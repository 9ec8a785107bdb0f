// Runs on `npm ci`. Without the development dependencies there is no compiler and nothing to build: a published
// package carries its dist/, so that is not an error.
import { createRequire } from 'node:module';

let compiler;
try {
  compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
} catch {
  console.log('ganglion: TypeScript is not installed (--omit=dev), the build is skipped');
}
if (compiler !== undefined) await import('./build.js');
