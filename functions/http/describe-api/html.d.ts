/** esbuild loads pages as text (`loader: { '.html': 'text' }`). */
declare module '*.html' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the bundler's text loader makes a default export.
  export default text;
}
