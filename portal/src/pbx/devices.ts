/** Devices by kind: what each is made of, as SmartPBX writes it; pure. */
import type { Identified } from "@/api";

export const KINDS = ["sip_device", "softphone", "smartphone", "cellphone", "landline", "fax", "sip_uri"] as const;
export type Kind = (typeof KINDS)[number];

/** Kinds that register with a user name and password; the others are reached through a number or an address. */
export const registers = (kind: string) => !["cellphone", "landline", "sip_uri"].includes(kind);
export const forwards = (kind: string) => kind === "cellphone" || kind === "landline";

export const CODECS = ["OPUS", "G722", "PCMU", "PCMA", "G729"] as const;
export const ENCRYPTIONS = ["off", "offered", "always"] as const;
export type Encryption = (typeof ENCRYPTIONS)[number];

export interface DeviceDoc extends Identified {
  name: string;
  device_type?: string;
  owner_id?: string;
  enabled?: boolean;
  mac_address?: string;
  sip?: { username?: string; password?: string; realm?: string; route?: string; invite_format?: string; method?: string; expire_seconds?: number };
  media?: { audio?: { codecs?: string[] }; encryption?: { enforce_security?: boolean; methods?: string[] } };
  call_forward?: { enabled?: boolean; number?: string; require_keypress?: boolean; keep_caller_id?: boolean };
  do_not_disturb?: { enabled?: boolean };
  caller_id?: { external?: { number?: string }; emergency?: { number?: string } };
  suppress_unregister_notifications?: boolean;
}

/** A new device of a kind. */
export function newDevice(kind: Kind, secret: { username: string; password: string }, owner?: string): Omit<DeviceDoc, "id"> {
  const base = { name: "", device_type: kind, enabled: true, ...(owner ? { owner_id: owner } : {}) };
  if (forwards(kind)) return { ...base, call_forward: { enabled: true, number: "", require_keypress: true, keep_caller_id: true } };
  if (kind === "sip_uri") return { ...base, sip: { invite_format: "route", route: "" } };
  const codecs = kind === "fax" ? ["PCMU", "PCMA"] : kind === "sip_device" ? ["G722", "PCMU", "PCMA"] : ["OPUS", "G722", "PCMU", "PCMA"];
  const encryption = kind === "fax" ? { enforce_security: false, methods: [] } : { enforce_security: false, methods: ["srtp"] };
  return { ...base, sip: { ...secret, method: "password" }, media: { audio: { codecs }, encryption } };
}

/** How a device's audio is encrypted. */
export function encryptionOf({ media }: Pick<DeviceDoc, "media">): Encryption {
  const { enforce_security: enforced, methods = [] } = media?.encryption ?? {};
  return methods.length === 0 ? "off" : enforced ? "always" : "offered";
}

/** The document's part for it. */
export function encryptionDoc(choice: Encryption): { enforce_security: boolean; methods: string[] } {
  return { enforce_security: choice === "always", methods: choice === "off" ? [] : ["srtp"] };
}
