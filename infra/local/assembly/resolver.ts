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

type Identify = (resource: Resource, resolver: Resolver) => Identity;
type Intrinsic = (argument: unknown, stack: string) => unknown;

/** Works out Ref, GetAtt, Join, Sub, Select, Split, ImportValue and GetStackOutput over all stacks. */
export const createResolver = (assembly: Assembly, place: Place, identify: Identify): Resolver =>
  new AssemblyResolver(assembly, place, identify);

class AssemblyResolver implements Resolver {
  readonly #stacks: Assembly['stacks'];
  readonly #identify: Identify;
  readonly #pseudo: Readonly<Record<string, unknown>>;
  readonly #known = new Map<Resource, Identity>();
  readonly #intrinsics: Readonly<Record<string, Intrinsic>> = {
    Ref: (argument, stack) => this.#ref(String(argument), stack),
    'Fn::GetAtt': (argument, stack) => {
      const [logicalId, name] = Array.isArray(argument) ? argument : String(argument).split('.');
      return this.#attribute(String(logicalId), String(name), stack);
    },
    'Fn::Join': (argument, stack) => {
      const [separator, parts] = argument as [string, unknown];
      return this.#list(parts, stack).join(separator);
    },
    'Fn::Sub': (argument, stack) => this.#substitute(argument, stack),
    'Fn::Select': (argument, stack) => {
      const [index, list] = argument as [unknown, unknown];
      return this.#list(list, stack)[Number(index)];
    },
    'Fn::Split': (argument, stack) => {
      const [separator, text] = argument as [string, unknown];
      return String(this.resolve(text, stack)).split(separator);
    },
    'Fn::ImportValue': (argument, stack) => this.#importValue(String(this.resolve(argument, stack))),
    'Fn::GetStackOutput': (argument) => this.#stackOutput(argument),
  };

  constructor({ stacks }: Assembly, place: Place, identify: Identify) {
    this.#stacks = stacks;
    this.#identify = identify;
    this.#pseudo = pseudoParameters(place);
  }

  identityOf(resource: Resource): Identity {
    const identity = this.#known.get(resource) ?? this.#identify(resource, this);
    this.#known.set(resource, identity);
    return identity;
  }

  resolve(value: unknown, stack: string): unknown {
    if (Array.isArray(value)) return value.map((member) => this.resolve(member, stack)).filter(isPresent);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only !== undefined && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
      const intrinsic = this.#intrinsics[only[0]];
      if (intrinsic === undefined) throw new Error(`${stack}: ${only[0]} is not known to the local cloud`);
      return intrinsic(only[1], stack);
    }
    const resolved = entries.map(([name, member]) => [name, this.resolve(member, stack)] as const);
    return Object.fromEntries(resolved.filter(([, member]) => isPresent(member)));
  }

  #resourceOf(logicalId: string, stack: string): Resource {
    const resource = this.#stacks.get(stack)?.resources.get(logicalId);
    if (resource === undefined) throw new Error(`${stack} refers to ${logicalId}, which it does not declare`);
    return resource;
  }

  #ref(name: string, stack: string): unknown {
    if (name === 'AWS::StackName') return stack;
    return this.#pseudo[name] ?? this.identityOf(this.#resourceOf(name, stack)).ref;
  }

  #attribute(logicalId: string, name: string, stack: string): string {
    const value = this.identityOf(this.#resourceOf(logicalId, stack)).attributes[name];
    if (value === undefined) throw new Error(`${stack}.${logicalId}: attribute ${name} is not known here`);
    return value;
  }

  #list(value: unknown, stack: string): readonly unknown[] {
    const resolved = this.resolve(value, stack);
    if (!Array.isArray(resolved)) throw new Error(`${stack}: a list was expected`);
    return resolved;
  }

  #substitute(argument: unknown, stack: string): string {
    const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
    const variables = (this.resolve(own, stack) ?? {}) as Readonly<Record<string, unknown>>;
    return String(text).replace(/\$\{([^}]+)\}/g, (_whole, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      const dot = name.indexOf('.');
      const resolved = (): unknown =>
        dot < 0 ? this.#ref(name, stack) : this.#attribute(name.slice(0, dot), name.slice(dot + 1), stack);
      return String(variables[name] ?? resolved());
    });
  }

  #importValue(name: string): unknown {
    for (const stack of this.#stacks.values()) {
      if (stack.exports.has(name)) return this.resolve(stack.exports.get(name), stack.name);
    }
    throw new Error(`no stack exports "${name}"`);
  }

  #stackOutput(argument: unknown): unknown {
    const { StackName, OutputName } = argument as { readonly StackName: string; readonly OutputName: string };
    const outputs = this.#stacks.get(StackName)?.outputs ?? {};
    if (!(OutputName in outputs)) throw new Error(`stack ${StackName} has no output ${OutputName}`);
    return this.resolve(outputs[OutputName], StackName);
  }
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
