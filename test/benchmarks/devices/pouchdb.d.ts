/** What the benchmark uses of PouchDB, which brings no types. */
declare module 'pouchdb-core' {
  export interface PouchDocument {
    readonly _id: string;
    readonly _rev?: string;
    readonly _deleted?: boolean;
    readonly _conflicts?: readonly string[];
    readonly [field: string]: unknown;
  }
  export interface PouchReplication {
    readonly docs_written: number;
  }
  // biome-ignore lint/style/noDefaultExport: the package exports it so.
  export default class PouchDB {
    static plugin(plugin: unknown): typeof PouchDB;
    static replicate(
      source: PouchDB,
      target: PouchDB,
      options: { readonly batch_size: number },
    ): Promise<PouchReplication>;
    constructor(
      name: string,
      options?: { readonly adapter?: 'memory' | 'http'; readonly skip_setup?: boolean },
    );
    info(): Promise<object>;
    get(id: string, options?: object): Promise<PouchDocument>;
    put(document: PouchDocument): Promise<{ readonly rev: string }>;
    bulkDocs(documents: { readonly docs: readonly object[] }, options?: object): Promise<readonly object[]>;
    bulkGet(query: object): Promise<object>;
    revsDiff(revisions: object): Promise<object>;
    changes(options: object): Promise<object>;
    allDocs(options: { readonly include_docs: true; readonly conflicts?: boolean }): Promise<{
      readonly rows: readonly { readonly id: string; readonly doc: PouchDocument }[];
    }>;
    destroy(): Promise<unknown>;
  }
}
declare module 'pouchdb-adapter-memory';
declare module 'pouchdb-adapter-http';
declare module 'pouchdb-replication';
