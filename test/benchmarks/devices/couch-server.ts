import type PouchDB from 'pouchdb-core';
import { type JsonAnswer, type JsonCall, type JsonServer, serveJson } from './json-server.ts';

/**
 * What of CouchDB's HTTP interface a replication asks for, over a PouchDB: no server for PouchDB is among the
 * installed packages, and PouchDB's own HTTP adapter needs one to talk to.
 */
export async function serveCouch(database: PouchDB): Promise<JsonServer> {
  const server = await serveJson((call) => answer(database, call));
  return { ...server, url: `${server.url}/rows` };
}

async function answer(database: PouchDB, call: JsonCall): Promise<JsonAnswer> {
  try {
    return { status: 200, body: await operate(database, call) };
  } catch (error) {
    const { status = 500, name: reason = 'unknown' } = error as { status?: number; name?: string };
    return { status, body: { error: reason, reason } };
  }
}

function operate(database: PouchDB, { method, url, body }: JsonCall): Promise<object> {
  const name = url.pathname.replace(/^\/rows\/?/, '');
  const { docs = [], ...rest } = (body ?? {}) as { docs?: readonly object[] };
  switch (name) {
    case '':
      return method === 'PUT' ? Promise.resolve({ ok: true }) : database.info();
    case '_changes':
      return database.changes({
        since: Number(url.searchParams.get('since') ?? 0),
        limit: Number(url.searchParams.get('limit') ?? 25),
        style: url.searchParams.get('style') ?? 'main_only',
      });
    case '_revs_diff':
      return database.revsDiff(rest);
    case '_bulk_get':
      return database.bulkGet({ docs, revs: true, latest: true });
    case '_bulk_docs':
      return database.bulkDocs({ docs }, rest);
    default: {
      const id = decodeURIComponent(name);
      return method === 'PUT' ? database.put({ ...rest, _id: id }) : database.get(id);
    }
  }
}
