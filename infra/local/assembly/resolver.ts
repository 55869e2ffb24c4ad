import type { Assembly, Resource } from './template.ts';

/** What a deployed resource answers to `Ref` and `Fn::GetAtt`. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Where the local cloud pretends to be. The account is the one that the queue engine uses. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
}

export interface Resolver {
  /** The value with every intrinsic function worked out; throws with the name of one that it cannot. */
  resolve(value: unknown, stack: string): unknown;
  identityOf(resource: Resource): Identity;
}

type Intrinsic = (argument: unknown, stack: string) => unknown;

/** Works out Ref, GetAtt, Join, Sub, Select, Split, ImportValue and GetStackOutput over all stacks. */
export function createResolver(
  { stacks }: Assembly,
  place: Place,
  identify: (resource: Resource, resolver: Resolver) => Identity,
): Resolver {
  const known = new Map<Resource, Identity>();
  const pseudo = pseudoParameters(place);

  const identityOf = (resource: Resource): Identity => {
    const identity = known.get(resource) ?? identify(resource, resolver);
    known.set(resource, identity);
    return identity;
  };
  const resourceOf = (logicalId: string, stack: string): Resource => {
    const resource = stacks.get(stack)?.resources.get(logicalId);
    if (resource === undefined) throw new Error(`${stack} refers to ${logicalId}, which it does not declare`);
    return resource;
  };
  const ref = (name: string, stack: string): unknown =>
    name === 'AWS::StackName' ? stack : (pseudo[name] ?? identityOf(resourceOf(name, stack)).ref);
  const attribute = (logicalId: string, name: string, stack: string): string => {
    const value = identityOf(resourceOf(logicalId, stack)).attributes[name];
    if (value === undefined) throw new Error(`${stack}.${logicalId}: attribute ${name} is not known here`);
    return value;
  };
  const reference = (dotted: string, stack: string): unknown => {
    const dot = dotted.indexOf('.');
    return dot < 0 ? ref(dotted, stack) : attribute(dotted.slice(0, dot), dotted.slice(dot + 1), stack);
  };
  const strings = (value: unknown, stack: string): readonly unknown[] => {
    const resolved = resolve(value, stack);
    if (!Array.isArray(resolved)) throw new Error(`${stack}: a list was expected`);
    return resolved;
  };

  const intrinsics: Readonly<Record<string, Intrinsic>> = {
    Ref: (argument, stack) => ref(String(argument), stack),
    'Fn::GetAtt': (argument, stack) => {
      const [logicalId, name] = Array.isArray(argument) ? argument : String(argument).split('.');
      return attribute(String(logicalId), String(name), stack);
    },
    'Fn::Join': (argument, stack) => {
      const [separator, parts] = argument as [string, unknown];
      return strings(parts, stack).join(separator);
    },
    'Fn::Sub': (argument, stack) => substitute(argument, stack),
    'Fn::Select': (argument, stack) => {
      const [index, list] = argument as [unknown, unknown];
      return strings(list, stack)[Number(index)];
    },
    'Fn::Split': (argument, stack) => {
      const [separator, text] = argument as [string, unknown];
      return String(resolve(text, stack)).split(separator);
    },
    'Fn::ImportValue': (argument, stack) => importValue(String(resolve(argument, stack))),
    'Fn::GetStackOutput': (argument) => stackOutput(argument),
    'Fn::GetAZs': (_argument, stack) => [`${String(ref('AWS::Region', stack))}a`],
  };

  function substitute(argument: unknown, stack: string): string {
    const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
    const variables = (resolve(own, stack) ?? {}) as Record<string, unknown>;
    return String(text).replace(/\$\{([^}]+)\}/g, (_whole, name: string) =>
      name.startsWith('!') ? `\${${name.slice(1)}}` : String(variables[name] ?? reference(name, stack)),
    );
  }
  function importValue(name: string): unknown {
    for (const stack of stacks.values()) {
      if (stack.exports.has(name)) return resolve(stack.exports.get(name), stack.name);
    }
    throw new Error(`no stack exports "${name}"`);
  }
  function stackOutput(argument: unknown): unknown {
    const { StackName, OutputName } = argument as { StackName: string; OutputName: string };
    const outputs = stacks.get(StackName)?.outputs ?? {};
    if (!(OutputName in outputs)) throw new Error(`stack ${StackName} has no output ${OutputName}`);
    return resolve(outputs[OutputName], StackName);
  }
  function resolve(value: unknown, stack: string): unknown {
    if (Array.isArray(value)) return value.map((member) => resolve(member, stack)).filter(isPresent);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only !== undefined && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
      const intrinsic = intrinsics[only[0]];
      if (intrinsic === undefined) throw new Error(`${stack}: ${only[0]} is not known to the local cloud`);
      return intrinsic(only[1], stack);
    }
    return Object.fromEntries(
      entries
        .map(([name, member]) => [name, resolve(member, stack)])
        .filter(([, member]) => isPresent(member)),
    );
  }

  const resolver: Resolver = { resolve, identityOf };
  return resolver;
}

const NO_VALUE = Symbol('AWS::NoValue');
const isPresent = (value: unknown): boolean => value !== NO_VALUE;

const pseudoParameters = ({ region, accountId }: Place): Readonly<Record<string, unknown>> => ({
  'AWS::Region': region,
  'AWS::AccountId': accountId,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackId': 'local',
  'AWS::NoValue': NO_VALUE,
});
