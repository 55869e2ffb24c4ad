declare const brand: unique symbol;

/** A `Base` that only a parser may make: the name keeps a user id from passing as a workspace id. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
