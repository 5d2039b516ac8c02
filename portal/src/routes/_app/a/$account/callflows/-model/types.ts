/** What the builder works on: the callflow document as stored, and the module registry that the API describes. */

export interface FlowNode {
  module: string;
  data?: Record<string, unknown>;
  children?: Record<string, FlowNode>;
  /** Keys of other clients are kept. */
  [key: string]: unknown;
}

export interface Callflow {
  id?: string;
  name?: string;
  numbers: string[];
  patterns?: string[];
  flow?: FlowNode;
  owner_id?: string;
  type?: string;
  featurecode?: false | { name?: string; number?: string };
  metadata?: Record<string, { name?: string }>;
  _read_only?: unknown;
  [key: string]: unknown;
}

export interface Words {
  en: string;
  fr: string;
}

export interface ModuleField {
  key: string;
  label: Words;
  help: Words | null;
  control: string;
  of: string;
  choices: (Words & { value: unknown })[];
  default: unknown;
  advanced: boolean;
}

export interface ModuleInfo {
  name: string;
  title: Words;
  about: Words;
  group: Words & { id: string };
  icon: string;
  exits: { wildcard: boolean; failures: boolean; free: boolean; kind: string; keys: (Words & { key: string })[] };
  fields: ModuleField[];
  refers_to: string[];
  presets: { title: Words; data: Record<string, unknown> }[];
}

export type Registry = ReadonlyMap<string, ModuleInfo>;

export interface FlowProblem {
  path: string;
  code: string;
  message: string;
  /** What the code speaks of, for the words of the user's language. */
  params?: Record<string, string | number>;
  severity: "error" | "warning";
  number?: string;
  callflow_id?: string;
}

/** Keys from the root to a node. */
export type Path = readonly string[];
