/** The one place that talks to the API: token in, envelope out, a Problem for every failure, 401 ends the session. */
import { takeEarly } from "./early";
import { Problem, problemFrom } from "./problem";
import { renewToken, session, setSession } from "./session";

export interface Reply<T> {
  data: T;
  auth_token?: string;
  next_start_key?: string | null;
  page_size?: number;
  request_id?: string;
  revision?: string | number | null;
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface Options {
  body?: unknown;
  query?: Query;
  signal?: AbortSignal;
  /** True for signing in: a 401 then means a wrong password and not a lost session. */
  anonymous?: boolean;
}

type AskAboutCharges = (charges: unknown) => Promise<boolean>;
let ask: AskAboutCharges | undefined;

/** Have somebody asked when a change would cost more (402); true repeats the request with the charges accepted. Returns how to stop. */
export function onCharges(asks: AskAboutCharges): () => void {
  ask = asks;
  return () => {
    ask = undefined;
  };
}

/** Ask the API. `url` comes from the generated client's URL builders; `body` goes into the envelope's `data`. Throws Problem. */
export async function call<T>(method: string, url: string, options: Options = {}): Promise<Reply<T>> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(options.query ?? {})) if (value !== undefined) query.append(key, String(value));
  const sent = () =>
    send<Reply<T>>(query.size ? `${url}?${query}` : url, {
      method,
      signal: options.signal,
      body: options.body === undefined ? undefined : JSON.stringify({ data: options.body }),
      anonymous: options.anonymous,
    });
  try {
    return await sent();
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 402 || !ask || !(await ask(error.data))) throw error;
    query.set("accept_charges", "true");
    return sent();
  }
}

/** The transport under `call` and under the generated client: JSON both ways, errors as Problem. */
export async function send<T>(url: string, init: RequestInit & { anonymous?: boolean }): Promise<T> {
  const { anonymous = false, ...request } = init;
  const token = anonymous ? undefined : session()?.token;
  const headers = new Headers(request.headers);
  headers.set("Accept", "application/json");
  if (request.body && !headers.has("Content-Type")) headers.set("Content-Type", "application/json");
  if (token) headers.set("X-Auth-Token", token);
  let response: Response;
  try {
    const early = takeEarly(request.method, url, token);
    response = await (early ?? fetch(url, { ...request, headers, credentials: "omit" }));
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Problem(0, "no answer", {}, null);
  }
  const body: unknown = await response.json().catch((cause: unknown) => {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  });
  if (!response.ok) {
    if (response.status === 401 && token && token === session()?.token) setSession(null);
    throw problemFrom(response.status, body);
  }
  const renewed = (body as Reply<unknown> | null)?.auth_token;
  if (token && renewed) renewToken(renewed);
  return body as T;
}
