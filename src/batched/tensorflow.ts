/**
 * The part of TensorFlow.js that is used. Its packages are optional, so their types are not imported: without them one can
 * still compile and use all else.
 */
export interface Tensor {
  readonly shape: number[];
  data(): Promise<ArrayLike<number>>;
  dataSync(): ArrayLike<number>;
  dispose(): void;
}

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

export interface TensorFlow {
  readonly tensor: (values: Float32Array, shape: number[]) => Tensor;
  readonly scalar: (value: number) => Tensor;
  /** Disposes of all tensors made in it but those in its result. */
  readonly tidy: <Result extends object>(body: () => Result) => Result;
  readonly memory: () => { readonly numTensors: number };
  readonly matMul: Binary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly sqrt: Unary;
  readonly square: Unary;
  readonly sigmoid: Unary;
  readonly relu: Unary;
  readonly step: Unary;
  readonly onesLike: Unary;
  readonly sum: (x: Tensor, axis: number, keepDimensions: boolean) => Tensor;
  readonly concat: (tensors: Tensor[], axis: number) => Tensor;
  readonly stack: (tensors: Tensor[], axis: number) => Tensor;
  readonly slice: (x: Tensor, begin: number[], size: number[]) => Tensor;
  readonly reshape: (x: Tensor, shape: number[]) => Tensor;
  readonly transpose: (x: Tensor, axes: number[]) => Tensor;
  readonly setBackend: (name: string) => Promise<boolean>;
  readonly getBackend: () => string;
  readonly backend: () => unknown;
  readonly enableProdMode: () => void;
}

const FUNCTIONS: readonly (keyof TensorFlow)[] = [
  'tensor', 'scalar', 'tidy', 'memory', 'matMul', 'add', 'sub', 'mul', 'div', 'sqrt', 'square', 'sigmoid', 'relu', 'step', 'onesLike', 'sum', 'concat', 'stack',
  'slice', 'reshape', 'transpose', 'setBackend', 'getBackend', 'backend', 'enableProdMode',
];

/** True where a module has all that is used of TensorFlow.js. */
export function isTensorFlow(module: unknown): module is TensorFlow {
  return typeof module === 'object' && module !== null && FUNCTIONS.every((name) => name in module);
}
