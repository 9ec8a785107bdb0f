export default {
  files: ['test/**/*.test.ts'],
  typescript: { rewritePaths: { 'test/': 'dist/test/' }, compile: false },
  nodeArguments: ['--enable-source-maps'],
  timeout: '4m',
  concurrency: 2,
};
