/** Find me, follow me in a user's callflow, as SmartPBX writes it: the `user` node becomes a ring group of devices; pure. */
import { along, type FlowNode, mapAlong, node } from "./nodes";
import type { Span } from "./timeline-math";
import { endOf } from "./timeline-math";

interface Endpoint extends Span {
  id: string;
  endpoint_type: string;
}

/** The devices of a find-me flow with their times, or undefined when the flow rings the user plainly. */
export function findMeOf(flow: FlowNode | undefined): Endpoint[] | undefined {
  const found = along(flow, "ring_group");
  if (!found) return undefined;
  const endpoints = Array.isArray(found.data.endpoints) ? (found.data.endpoints as Partial<Endpoint>[]) : [];
  return endpoints.flatMap((one) => (one.id ? [{ id: one.id, endpoint_type: one.endpoint_type ?? "device", delay: one.delay ?? 0, timeout: one.timeout ?? 20 }] : []));
}

/** The flow ringing these devices by the timeline; what follows the ring stays. */
export function withFindMe(flow: FlowNode, user: string, endpoints: readonly Omit<Endpoint, "endpoint_type">[]): FlowNode {
  const ring = (old: FlowNode): FlowNode => ({
    ...old,
    module: "ring_group",
    data: { strategy: "simultaneous", timeout: endOf(endpoints), name: user, endpoints: endpoints.map(({ id, delay, timeout }) => ({ id, endpoint_type: "device", delay, timeout })) },
  });
  return mapAlong(mapAlong(flow, "user", ring), "ring_group", ring);
}

/** The flow ringing all devices of the user at once again. */
export function withoutFindMe(flow: FlowNode, user: string): FlowNode {
  return mapAlong(flow, "ring_group", (old) => ({ ...node("user", { id: user, can_call_self: false, timeout: 20 }), children: old.children }));
}
