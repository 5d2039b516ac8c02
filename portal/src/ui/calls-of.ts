/** Channels are legs; people count calls. */
import type { Channel } from "@/api";

/** Group legs that name each other into calls, oldest first; a leg without a partner is a call of its own. */
export function callsOf(channels: readonly Channel[]): Channel[][] {
  const byId = new Map(channels.map((channel) => [channel.uuid, channel]));
  const root = new Map(channels.map((channel) => [channel.uuid, channel.uuid]));
  const find = (id: string): string => {
    const parent = root.get(id) ?? id;
    return parent === id ? id : find(parent);
  };
  for (const { uuid, other_leg } of channels) if (other_leg && byId.has(other_leg)) root.set(find(uuid), find(other_leg));
  const groups = new Map<string, Channel[]>();
  for (const channel of channels) {
    const key = find(channel.uuid);
    groups.set(key, [...(groups.get(key) ?? []), channel]);
  }
  const start = (call: Channel[]) => Math.min(...call.map((leg) => leg.timestamp ?? 0));
  return [...groups.values()].toSorted((one, other) => start(one) - start(other));
}
