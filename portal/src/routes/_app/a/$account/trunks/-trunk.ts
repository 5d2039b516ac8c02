/** The trunk's document as the specification writes it, what the form makes of it, and the route to trunks; pure. */

export interface Gateway {
  server: string;
  port?: number;
  realm?: string;
  username?: string;
  password?: string;
  prefix?: string;
  enabled?: boolean;
  register?: boolean;
  progress_timeout?: number;
  codecs?: string[];
  [key: string]: unknown;
}

export interface Formatter {
  regex?: string;
  prefix?: string;
  value?: string;
  [key: string]: unknown;
}

export interface Trunk {
  name: string;
  enabled?: boolean;
  emergency?: boolean;
  weight_cost?: number;
  /** The rate deck of what the carrier takes. */
  cost_ratedeck_id?: string;
  flags?: string[];
  rules?: string[];
  gateways: Gateway[];
  formatters?: Record<string, Formatter | Formatter[]>;
  [key: string]: unknown;
}

export const NEW_GATEWAY: Gateway = {
  server: "",
  channel_selection: "ascending",
  codecs: ["PCMU", "PCMA"],
  enabled: true,
  endpoint_type: "sip",
  force_port: false,
  invite_format: "route",
  password: "",
  port: 5060,
  prefix: "",
  progress_timeout: 20,
  realm: "",
  username: "",
};

/** The specification's example, empty. */
export const BLANK: Trunk = { name: "", enabled: true, emergency: false, flags: [], gateways: [NEW_GATEWAY], rules: ["^\\+(1\\d{6,})$"], weight_cost: 50 };

const CALLER = "outbound_caller_id_number";

export type CallerWay = "as-is" | "format" | "force" | "several";

/** How the caller's number is shown to the carrier. */
export function callerWay(trunk: Trunk): CallerWay {
  const formatter = trunk.formatters?.[CALLER];
  if (formatter === undefined) return "as-is";
  if (Array.isArray(formatter)) return "several";
  return formatter.value === undefined ? "format" : "force";
}

/** The one formatter of the caller's number, or an empty one. */
export function callerFormatter(trunk: Trunk): Formatter {
  const formatter = trunk.formatters?.[CALLER];
  return formatter === undefined || Array.isArray(formatter) ? {} : formatter;
}

/** The trunk with another way to show the caller. Formatters of other fields stay. */
export function withCaller(trunk: Trunk, formatter: Formatter | undefined): Trunk {
  const { [CALLER]: _old, ...others } = trunk.formatters ?? {};
  const formatters = formatter ? { ...others, [CALLER]: formatter } : others;
  const { formatters: _all, ...rest } = trunk;
  return Object.keys(formatters).length ? { ...rest, gateways: trunk.gateways, name: trunk.name, formatters } : { ...rest, gateways: trunk.gateways, name: trunk.name };
}

/** What a number becomes: the first rule that matches, and what is sent. A pattern the browser cannot read matches nothing. */
export function tried(trunk: Trunk, number: string): { rule: string; sent: string } | undefined {
  for (const rule of trunk.rules ?? []) {
    let found: RegExpExecArray | null;
    try {
      found = new RegExp(rule).exec(number);
    } catch (error) {
      if (error instanceof SyntaxError) continue;
      throw error;
    }
    if (found) return { rule, sent: `${trunk.gateways[0]?.prefix ?? ""}${found[1] ?? found[0]}` };
  }
  return undefined;
}

/** What the formatter makes of a caller's number: only the first group stays, then the prefix; no match leaves it. */
export function shownAs(formatter: Formatter, number: string): string {
  if (formatter.value) return formatter.value;
  if (!formatter.regex) return `${formatter.prefix ?? ""}${number}`;
  try {
    const found = new RegExp(formatter.regex).exec(number);
    return found ? `${formatter.prefix ?? ""}${found[1] ?? found[0]}` : number;
  } catch (error) {
    if (error instanceof SyntaxError) return number;
    throw error;
  }
}

/** What is wrong with a trunk before it is sent, by path; the API looks again. */
export function wrongIn(trunk: Trunk): Record<string, "required" | "pattern"> {
  const wrong: Record<string, "required" | "pattern"> = {};
  if (!trunk.name?.trim()) wrong.name = "required";
  for (const [at, { server }] of (trunk.gateways ?? []).entries()) if (!server?.trim()) wrong[`gateways.${at}.server`] = "required";
  for (const rule of trunk.rules ?? [])
    try {
      RegExp(rule);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      wrong.rules = "pattern";
    }
  return wrong;
}

export type RouteWay = "parent" | "local";
interface Node {
  module: string;
  data: Record<string, unknown>;
  children: object;
}

/** Which trunks outside calls use; undefined: the flow was built otherwise and is left alone. */
export function routeOf({ module, data }: Node): RouteWay | undefined {
  if (module === "offnet") return data.use_local_resources === true ? "local" : "parent";
  return module === "resources" && !data.hunt_account_id ? (data.use_local_resources === false ? "parent" : "local") : undefined;
}

/** The same flow by the other trunks. */
export function routed(node: Node, way: RouteWay): Node {
  const { use_local_resources: _old, ...data } = node.data;
  return { ...node, module: way === "local" ? "resources" : "offnet", data };
}
