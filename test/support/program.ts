// How the tests start `kiteq`: the built program where `npm test` has just built it, since that starts several times faster,
// and the source while somebody works on one file.

/** Arguments of node, from the top folder; those of the program follow. */
export const program: readonly string[] =
  process.env['KITEQ_TEST_BUILT'] === '1'
    ? ['dist/cli/main.js']
    : ['--import', 'tsx', 'src/cli/main.ts']
