/** What vega exports and its types leave out: how it measures text where there is no canvas. */
import 'vega';

declare module 'vega' {
  export const textMetrics: {
    width: (item: { readonly fontSize?: number; readonly fontWeight?: string | number }, text: unknown) => number;
  };
}
