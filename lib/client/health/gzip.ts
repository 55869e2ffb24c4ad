/** What of the platform's CompressionStream is used. */
export type CompressionStreamLike = new (
  format: 'gzip',
) => {
  readonly writable: {
    getWriter(): { write(chunk: Uint8Array<ArrayBuffer>): Promise<void>; close(): Promise<void> };
  };
  readonly readable: {
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    };
  };
};

export type Gzip = (text: string) => Promise<Uint8Array>;

/** Gzip by the platform: browsers and Node have `CompressionStream`; elsewhere the app brings its own. */
export function createGzip(Stream: CompressionStreamLike): Gzip {
  return async (text) => {
    const { writable, readable } = new Stream('gzip');
    const writer = writable.getWriter();
    const written = writer.write(new TextEncoder().encode(text)).then(() => writer.close());
    const reader = readable.getReader();
    const chunks: Uint8Array[] = [];
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      if (chunk.value !== undefined) chunks.push(chunk.value);
    }
    await written;
    const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let offset = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    return bytes;
  };
}
