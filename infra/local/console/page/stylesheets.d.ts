/** Stylesheets are the bundler's: importing one is only a request to include it. */
declare module '*.css';
