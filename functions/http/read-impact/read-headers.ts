/** Up to where samples were read, and how many Queries of rows and blocks it took. */
export const readHeaders = (read: { readonly seq: number; readonly queryCount: number }) => ({
  'x-seq': String(read.seq),
  'server-timing': `impacts;desc="${read.queryCount} queries"`,
});
