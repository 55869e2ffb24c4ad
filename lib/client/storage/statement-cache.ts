/** Texts of the client are few and fixed; beyond this some caller writes values into them. */
const MAX_STATEMENT_COUNT = 200;

/** Prepared statements by their text; the one longest unused goes, through `release`, when there are too many. */
export function createStatementCache<Statement>(
  prepare: (sql: string) => Statement,
  release: (statement: Statement) => void = () => undefined,
): { readonly of: (sql: string) => Statement; readonly clear: () => void } {
  const statements = new Map<string, Statement>();
  const releaseOldest = () => {
    for (const [sql, statement] of statements) {
      statements.delete(sql);
      release(statement);
      return;
    }
  };
  return {
    of(sql) {
      const known = statements.get(sql);
      if (known !== undefined) {
        statements.delete(sql);
        statements.set(sql, known);
        return known;
      }
      const statement = prepare(sql);
      if (statements.size >= MAX_STATEMENT_COUNT) releaseOldest();
      statements.set(sql, statement);
      return statement;
    },
    clear() {
      for (const statement of statements.values()) release(statement);
      statements.clear();
    },
  };
}
