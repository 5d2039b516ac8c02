/** The live stream: one WebSocket per account one looks at. Each notice only says what to read again; nothing is kept from it. */
import type { QueryClient } from "@tanstack/react-query";

import { session } from "./session";

export type Link = "connecting" | "live" | "lost";

interface Notice {
  action?: string;
  status?: string;
  name?: string;
  data?: { type?: string; account?: string };
}

const REPEAT_MS = [500, 1_000, 2_000, 5_000, 10_000];
const GATHER_MS = 150;

/** The collections to read again after a notice. Document changes name their collection; the rest go by their event's name. */
export function collectionsOf(name: string, type: string | undefined): string[] {
  if (type === "locks") return ["fraud"];
  if (type) return type === "callflows" ? [type, "search"] : [type];
  if (name.startsWith("CHANNEL_DESTROY")) return ["channels", "cdrs"];
  if (/^(CHANNEL_|call)/i.test(name)) return ["channels"];
  if (/registr/i.test(name)) return ["devices", "registrations"];
  if (/voicemail|mailbox/i.test(name)) return ["vmboxes"];
  return [];
}

/** Follow `account` until the returned function is called; `onLink` hears how the connection is. */
export function follow(account: string, client: QueryClient, onLink: (link: Link) => void): () => void {
  let socket: WebSocket | null = null;
  let attempt = 0;
  let stopped = false;
  let retry: number | undefined;
  let gather: number | undefined;
  const stale = new Set<string>();

  const refresh = () => {
    gather = undefined;
    for (const collection of stale) void client.invalidateQueries({ queryKey: ["account", account, collection] });
    stale.clear();
  };
  const mark = (collections: string[]) => {
    for (const collection of collections) stale.add(collection);
    if (stale.size > 0) gather ??= window.setTimeout(refresh, GATHER_MS);
  };
  const connect = () => {
    const token = session()?.token;
    if (stopped || !token) return;
    const url = new URL("/events", window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(url);
    socket.addEventListener("open", () => {
      socket?.send(
        JSON.stringify({ action: "subscribe", auth_token: token, request_id: "all", data: { account_id: account, bindings: ["#"] } }),
      );
    });
    socket.addEventListener("message", ({ data }) => {
      const notice = JSON.parse(String(data)) as Notice;
      if (notice.action === "reply" && notice.status !== "success") {
        // Plain users have no stream of the whole account: the pages then ask again now and then.
        onLink("lost");
      } else if (notice.action === "reply") {
        // What happened while nobody listened is unknown: read everything of the account once more after a reconnection.
        if (attempt > 0) void client.invalidateQueries({ queryKey: ["account", account] });
        attempt = 0;
        onLink("live");
      } else mark(collectionsOf(notice.name ?? "", notice.data?.type));
    });
    socket.addEventListener("close", () => {
      if (stopped) return;
      onLink("lost");
      retry = window.setTimeout(connect, REPEAT_MS[Math.min(attempt, REPEAT_MS.length - 1)]);
      attempt += 1;
    });
  };

  onLink("connecting");
  connect();
  return () => {
    stopped = true;
    window.clearTimeout(retry);
    window.clearTimeout(gather);
    socket?.close();
  };
}
