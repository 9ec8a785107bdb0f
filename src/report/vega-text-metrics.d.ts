/** An export of vega without types: its measure of text without a canvas. */
import 'vega';

declare module 'vega' {
  export const textMetrics: {
    width: (item: { readonly fontSize?: number; readonly fontWeight?: string | number }, text: unknown) => number;
  };
}
