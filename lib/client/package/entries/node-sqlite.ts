// biome-ignore-all lint/performance/noBarrelFile: an entry of the package names what it exports
export { createNodeSqlite } from '../../storage/node-sqlite.ts';
