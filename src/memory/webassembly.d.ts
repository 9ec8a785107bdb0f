/** The part of the WebAssembly namespace that arena and kernels use: Node has it, but its types are in the DOM library only. */
declare namespace WebAssembly {
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
    shared?: boolean;
  }
  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: SharedArrayBuffer;
    /** @returns the pages before */
    grow(pages: number): number;
  }
  interface Module {
    readonly compiled: unique symbol;
  }
  function validate(bytes: Uint8Array): boolean;
  const Module: new (bytes: Uint8Array) => Module;
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
}
